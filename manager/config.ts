import { parse } from 'smol-toml';
import { z } from 'zod';
import { type ReadConfig, readConfigFile } from '../schema/config-file.ts';
import { DatabaseConfig, type VfolderDatabase, VfoldersConfig } from '../schema/database-config.ts';
import { EtcdConfig } from '../schema/etcd-config.ts';
import {
  BACKEND_AI_MANAGER_KEYS,
  ManagerConfig,
  ManagerFile,
  ProxyEntry,
  ProxyName,
  ProxyOverlay,
} from '../schema/manager-config.ts';
import { locateKeys } from '../schema/toml-lines.ts';
import type { ProxyPlace, WrittenProxies } from './proxy-source.ts';
import { tlsRemarks } from './tls-remarks.ts';

export interface ReadManagerConfig extends ReadConfig<ManagerConfig> {
  /** Where further proxies are found; null: `config` has all of them. */
  readonly place: ProxyPlace | null;
  /** The file's own proxies as they are written: each comes before what is found under its name. */
  readonly inline: WrittenProxies;
  /** Where virtual folders are found; null: `config` has all of them. */
  readonly database: VfolderDatabase | null;
}

const Tables = z.looseObject({});

/** What is read first: which of its tables must be complete, only the rest of the file tells. */
const Read = z.strictObject({
  ...ManagerFile.shape,
  etcd: Tables.default({}),
  db: Tables.default({}),
  proxies: Tables.default({}),
  volumes: z.strictObject({ proxies: Tables.default({}) }).default({ proxies: {} }),
});

/** Reads a `manager.toml`. Throws a `ConfigError` naming every mistake. `config` has the proxies that are complete. */
export function parseManagerConfig(text: string, file: string): ReadManagerConfig {
  const source = { file, text, parse, ignored: BACKEND_AI_MANAGER_KEYS, furtherIssues };
  const { config: read, warnings } = readConfigFile(Read, source);
  const { from, tables } = sorted(read.proxies);
  const inline = { ...read.volumes.proxies, ...tables };
  const proxies = Object.entries(inline).flatMap(([name, table]) => {
    const { data } = ProxyEntry.safeParse(table);
    return data === undefined ? [] : [[name, data] as const];
  });
  const { etcd, db, vfolders, vfolder, volumes: _, ...rest } = read;
  const database = databaseOf(vfolders, db);
  const lines = locateKeys(text);
  const remarks = proxies.flatMap(([name, entry]) =>
    tlsRemarks(entry).map(({ key, problem }) => {
      const path = [...(Object.hasOwn(tables, name) ? [] : ['volumes']), 'proxies', name, key];
      return `${file}:${lines(path)}  ${path.join('.')}  ${problem}`;
    }),
  );
  if (database !== null && vfolder.length > 0) {
    remarks.push(`${file}:${lines(['vfolder', 0])}  vfolder  is not read beside [vfolders] from = "postgresql"`);
  }
  return {
    config: { ...rest, vfolder: database === null ? vfolder : [], proxies: Object.fromEntries(proxies) },
    warnings: [...warnings, ...remarks],
    inline,
    place: placeOf(from, etcd),
    database,
  };
}

function placeOf(from: string | null, etcd: unknown): ProxyPlace | null {
  if (from === null) return null;
  return from === 'etcd' ? { kind: 'etcd', etcd: EtcdConfig.parse(etcd) } : { kind: 'file', file: from };
}

function databaseOf({ from, ...asking }: VfoldersConfig, db: unknown): VfolderDatabase | null {
  return from === undefined ? null : { ...asking, db: DatabaseConfig.parse(db) };
}

/** The key `from`, if it is no proxy of that name, and the proxies. */
function sorted(proxies: unknown): {
  readonly from: string | null;
  readonly tables: Readonly<Record<string, unknown>>;
} {
  const { from, ...tables } = tableOf(proxies);
  if (typeof from === 'string') return { from, tables };
  return { from: null, tables: tableOf(proxies) };
}

function furtherIssues(raw: unknown): readonly z.core.$ZodIssue[] {
  const { proxies, volumes, etcd, vfolders, db } = tableOf(raw);
  const { from, tables } = sorted(proxies);
  const entry = from === null ? ProxyEntry : ProxyOverlay;
  return [
    ...(from === '' ? issuesAt(['proxies', 'from'], z.string().min(1, { error: PLACE_EXPECTED }), '') : []),
    ...issuesAt(['proxies'], z.record(ProxyName, entry), tables),
    ...issuesAt(['volumes', 'proxies'], z.record(ProxyName, entry), tableOf(tableOf(volumes)['proxies'])),
    ...(from === 'etcd' ? issuesAt(['etcd'], EtcdConfig, etcd ?? {}) : []),
    ...(tableOf(vfolders)['from'] === 'postgresql' ? issuesAt(['db'], DatabaseConfig, db ?? {}) : []),
  ];
}

const PLACE_EXPECTED = 'expected "etcd", or the path of a JSON file';

const issuesAt = (at: readonly string[], schema: z.ZodType, value: unknown): readonly z.core.$ZodIssue[] =>
  (schema.safeParse(value).error?.issues ?? []).map((issue) => ({ ...issue, path: [...at, ...issue.path] }));

const tableOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
