import type { StorageProxyHealth } from '../../../schema/storage-proxy-health.ts';
import type { VolumeHealth } from '../../../schema/volume-health.ts';
import type { Known } from './transport.ts';

/** What two accounts of the same instant differ in, times and figures aside; null where in nothing. */
export function differenceOf(
  a: Pick<Known, 'volumes' | 'proxies'>,
  b: Pick<Known, 'volumes' | 'proxies'>,
): string | null {
  return differenceIn(a.volumes, b.volumes, lastingOf) ?? differenceIn(a.proxies, b.proxies, lastingOfProxy);
}

export function differenceOfVolume(
  host: string,
  a: VolumeHealth | undefined,
  b: VolumeHealth | undefined,
): string | null {
  const [one, other] = [a && lastingOf(a), b && lastingOf(b)];
  return a === b || one === other ? null : `${host} is ${one ?? 'not known'} and ${other ?? 'not known'}`;
}

function differenceIn<T>(
  a: ReadonlyMap<string, T>,
  b: ReadonlyMap<string, T>,
  textOf: (value: T) => string,
): string | null {
  for (const [name, value] of a) {
    const other = b.get(name);
    if (value === other) continue;
    if (other === undefined || textOf(value) !== textOf(other)) {
      return `${name} is ${textOf(value)} and ${other === undefined ? 'not known' : textOf(other)}`;
    }
  }
  for (const name of b.keys()) if (!a.has(name)) return `${name} is not known and ${textOf(b.get(name)!)}`;
  return null;
}

/** Values never change: each is written down once. */
const written = new WeakMap<object, string>();

function writtenOnce<T extends object>(value: T, write: (value: T) => unknown): string {
  const known = written.get(value);
  if (known !== undefined) return known;
  const text = JSON.stringify(write(value));
  written.set(value, text);
  return text;
}

/** Times and figures are told with no event. */
function lastingOf(volume: VolumeHealth): string {
  return writtenOnce(volume, ({ last_checked_at, probe_ms, metadata, checks, ...lasting }) => {
    const verdicts = checks.map(({ name, status, reason }) => `${name} ${status} ${reason}`);
    return [Object.entries(lasting).toSorted(byKey), verdicts];
  });
}

function lastingOfProxy(proxy: StorageProxyHealth): string {
  return writtenOnce(proxy, ({ last_checked_at, ...lasting }) => Object.entries(lasting).toSorted(byKey));
}

const byKey = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number => (a < b ? -1 : 1);
