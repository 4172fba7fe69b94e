import { isDeepStrictEqual } from 'node:util';
import { parse } from 'smol-toml';
import type { z } from 'zod';
import { findBackend } from '../backends/register.ts';
import { ConfigError, type ReadConfig, readConfigFile } from '../schema/config-file.ts';
import { BACKEND_AI_PROXY_KEYS, ProxyConfig, type VolumeConfig } from '../schema/proxy-config.ts';
import { locateKeys } from '../schema/toml-lines.ts';
import { isInternalHost } from './internal-host.ts';

/**
 * Reads a `storage-proxy.toml`, the backends' own options included. Throws a `ConfigError` naming every mistake. An
 * unknown backend and options that are missing or left empty are none, only a warning: that volume alone will be `unavailable`.
 */
export function parseProxyConfig(text: string, file: string): ReadConfig<ProxyConfig> {
  const ignored = BACKEND_AI_PROXY_KEYS;
  const source = { file, text, parse, ignored, furtherIssues: optionIssues };
  const { config, warnings } = readConfigFile(ProxyConfig, source);
  const locate = locateKeys(text);
  const say = ({ key, problem }: Remark) => `${file}:${locate(key)}  ${key.map(String).join('.')}  ${problem}`;
  const all = [...warnings, ...Object.entries(config.volume).flatMap(remarksOn).map(say)];
  all.push(...addressRemarks(config.volhealth).map(say));
  const { manager } = config.api;
  const { listen = manager.service_addr, internal_listen } = config.volhealth;
  if (internal_listen !== undefined && listen.port !== 0 && isDeepStrictEqual(listen, internal_listen)) {
    const key = ['volhealth', 'internal_listen'];
    throw new ConfigError([say({ key, problem: 'expected another address than the one that needs the secret' })], all);
  }
  return { config, warnings: all };
}

/** Something that stops nothing, and that somebody should know. */
interface Remark {
  readonly key: readonly PropertyKey[];
  readonly problem: string;
}

function addressRemarks({ internal_listen }: ProxyConfig['volhealth']): readonly Remark[] {
  if (internal_listen === undefined || isInternalHost(internal_listen.host)) return [];
  const problem =
    'is neither a loopback nor a private address: whoever reaches it reads whole reports, without the secret';
  return [{ key: ['volhealth', 'internal_listen'], problem }];
}

function remarksOn([name, volume]: [string, VolumeConfig]): readonly Remark[] {
  const backend = findBackend(volume.backend);
  if (backend === null) {
    const problem = `there is no backend "${volume.backend}"; the volume will be unavailable`;
    return [{ key: ['volume', name, 'backend'], problem }];
  }
  const options = volume.options ?? {};
  const read = backend.options.safeParse(options);
  if (volume.options == null && !read.success) {
    return [{ key: ['volume', name, 'options'], problem: 'is missing; the volume will be unavailable' }];
  }
  const remarks = read.success ? exposureOf(tableOf(read.data)) : emptyOnes(read.error.issues, options);
  return remarks.map(({ key, problem }) => ({ key: ['volume', name, 'options', ...key], problem }));
}

function emptyOnes(issues: readonly z.core.$ZodIssue[], options: unknown): readonly Remark[] {
  const empty = new Map(issues.filter(({ path }) => isEmpty(options, path)).map(({ path }) => [path.join('.'), path]));
  return [...empty.values()].map((key) => ({ key, problem: 'is empty; the volume will be unavailable' }));
}

/** What lets others read or change what is said to and by a storage system's API. */
function exposureOf(options: Readonly<Record<string, unknown>>): readonly Remark[] {
  return Object.entries(options).flatMap(([key, value]) => {
    if (key.endsWith('_verify_ssl') && value === false) {
      return [{ key: [key], problem: 'is false: nobody verifies who gets the credentials' }];
    }
    const urls = key.endsWith('_endpoint') ? [value].flat().map(String) : [];
    return urls.some(isInTheClear)
      ? [{ key: [key], problem: 'is not https: the credentials can be read on the way' }]
      : [];
  });
}

function isInTheClear(url: string): boolean {
  const { protocol, hostname } = URL.parse(url) ?? {};
  return protocol === 'http:' && hostname !== undefined && !/^(localhost|127\.[\d.]+|\[::1\])$/.test(hostname);
}

/** What each backend says of the options of its volumes, but for those that are left empty. */
function optionIssues(raw: unknown): readonly z.core.$ZodIssue[] {
  return Object.entries(tableIn(raw, 'volume')).flatMap(([name, volume]) => {
    const { backend, options } = tableOf(volume);
    // That they are missing altogether is a matter of that volume alone.
    if (options === undefined) return [];
    const schema = typeof backend === 'string' ? findBackend(backend)?.options : undefined;
    const issues = schema?.safeParse(options).error?.issues ?? [];
    return issues
      .filter(({ path }) => !isEmpty(options, path))
      .map((issue) => ({ ...issue, path: ['volume', name, 'options', ...issue.path] }));
  });
}

/** Backend.AI's own sample has empty texts where something is to be filled in. */
const isEmpty = (options: unknown, path: readonly PropertyKey[]): boolean =>
  path.length > 0 && path.reduce<unknown>((at, key) => tableOf(at)[String(key)], options) === '';

const tableIn = (value: unknown, key: string): Readonly<Record<string, unknown>> => tableOf(tableOf(value)[key]);

const tableOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
