import { isDeepStrictEqual } from 'node:util';
import type { ReadManagerConfig } from '../manager/config.ts';
import { mergeProxies } from '../manager/merge-proxies.ts';
import type { ProxyList, ProxyListener, ProxyPlace, ProxySource, WrittenProxies } from '../manager/proxy-source.ts';
import type { Clock } from '../probe/clock.ts';
import { etcdFailure } from './etcd/etcd-failure.ts';
import { followKeys } from './etcd/follow-keys.ts';
import type { KeyStore } from './etcd/key-store.ts';
import { openEtcd } from './etcd/open-etcd.ts';
import { createProxiesCache } from './etcd/proxies-cache.ts';
import { keyOf, proxiesIn, proxiesPrefix } from './etcd/proxy-keys.ts';
import { readProxiesFile } from './proxies-file.ts';
import { watchFiles } from './watch-files.ts';

export interface ProxySourceOptions extends ProxyListener {
  readonly inline: WrittenProxies;
  readonly clock: Clock;
  /** The last list of a source at the same place, which goes on until this one knows better. */
  readonly previous?: ProxyList['proxies'];
  /** Default: etcd itself. */
  readonly open?: (member: number) => Promise<KeyStore>;
}

/** Follows where a manager's proxies are written. Throws a `CannotRun` where that is a file that cannot be read. */
export function followProxies(place: ProxyPlace, options: ProxySourceOptions): ProxySource {
  return place.kind === 'file' ? followFile(place.file, options) : followEtcd(place.etcd, options);
}

/** The proxies of a manager as far as they are known without asking etcd. Throws a `CannotRun` as `followProxies` does. */
export function proxiesToCheck({ config, place, inline }: ReadManagerConfig): ProxyList {
  if (place?.kind !== 'file') return { proxies: config.proxies, problems: [] };
  const { file } = place;
  return mergeProxies({
    found: readProxiesFile(file),
    inline,
    previous: {},
    place: (proxy, key) => fileKey(file, proxy, key),
  });
}

function followFile(file: string, { onAway, ...options }: ProxySourceOptions): ProxySource {
  const tell = createTeller({ ...options, place: (proxy, key) => fileKey(file, proxy, key) });
  const onStay = createStay(onAway);
  tell(readProxiesFile(file));
  const stop = watchFiles([file], () => {
    try {
      const found = readProxiesFile(file);
      onStay(null);
      tell(found);
    } catch (error) {
      onStay(`${(error as Error).message}; the proxies that were in it go on`);
    }
  });
  return { stop };
}

function followEtcd(etcd: Extract<ProxyPlace, { kind: 'etcd' }>['etcd'], options: ProxySourceOptions): ProxySource {
  const { clock, onAway, previous } = options;
  const { namespace } = etcd;
  const prefix = proxiesPrefix(namespace);
  const { open = (member) => openEtcd(etcd, member, prefix) } = options;
  const cache = etcd.cache === undefined ? null : createProxiesCache(etcd.cache);
  const tell = createTeller({ ...options, place: (proxy, key) => `etcd ${keyOf(namespace, proxy, key)}` });
  const onStay = createStay(onAway);
  const addresses = etcd.addr.map(({ host, port }) => `${host}:${port}`).join(', ');
  let knows = previous === undefined ? 'none of its proxies is known' : GO_ON;
  let awaySince: string | null = null;
  const stop = followKeys({
    open,
    members: etcd.addr.length,
    clock,
    onPairs(pairs) {
      const found = proxiesIn(pairs, prefix);
      awaySince = null;
      knows = GO_ON;
      const unsaved = cache?.save(found) ?? null;
      onStay(unsaved === null ? null : `the proxies of etcd are known, but not for the next start: ${unsaved}`);
      tell(found);
    },
    onAway(error) {
      const cached = awaySince === null && knows.startsWith('none') ? (cache?.load() ?? null) : null;
      if (cached !== null) knows = `its proxies are those of ${etcd.cache}`;
      awaySince ??= new Date(clock.now()).toISOString();
      onStay(`etcd (${addresses}) cannot be asked since ${awaySince}: ${etcdFailure(error)}; ${knows}`);
      if (cached !== null) tell(cached);
    },
  });
  return { stop };
}

const GO_ON = 'its last known proxies go on';

/** Passes on each list that is another than the last one. */
function createTeller({ inline, place, onProxies, previous = {} }: TellerOptions) {
  let last: ProxyList | null = null;
  return (found: WrittenProxies): void => {
    const merged = mergeProxies({ found, inline, place, previous: last?.proxies ?? previous });
    const none = Object.keys(found).length > 0 ? [] : [`${place('', '')}  no storage proxy is found there`];
    const list = { ...merged, problems: [...none, ...merged.problems] };
    if (isDeepStrictEqual(list, last)) return;
    last = list;
    onProxies(list);
  };
}

interface TellerOptions extends Pick<ProxySourceOptions, 'inline' | 'onProxies' | 'previous'> {
  readonly place: (proxy: string, key: string) => string;
}

/** Passes on each sentence that is another than the last one. */
function createStay(onAway: ProxyListener['onAway']): ProxyListener['onAway'] {
  let last: string | null = null;
  return (sentence) => {
    if (sentence === last) return;
    last = sentence;
    onAway(sentence);
  };
}

const fileKey = (file: string, proxy: string, key: string): string =>
  `${file}: ${['proxies', proxy, key].filter((part) => part !== '').join('.')}`;
