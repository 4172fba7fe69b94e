import { isDeepStrictEqual } from 'node:util';
import type { ReadManagerConfig } from '../manager/config.ts';
import type { Manager } from '../manager/manager.ts';
import { changesBetween } from '../proxy/volume-changes.ts';
import type { ManagerConfig } from '../schema/manager-config.ts';
import { findProxies, type FoundProxies } from './found-proxies.ts';
import type { Log } from './log.ts';
import type { OwnCertificate } from './own-certificate.ts';
import type { VfolderPlace } from './postgres/vfolder-place.ts';
import { openProxyAccess, type RefusedProxy } from './proxy-access.ts';
import { watchFiles } from './watch-files.ts';
import { changedKeys, sayChanges } from './what-changed.ts';

/** What a manager's file says, but for what is odd about it. */
export type SaidConfig = Omit<ReadManagerConfig, 'warnings'>;

/** What goes on with another configuration. */
export interface RunningManager {
  readonly service: Pick<Manager, 'reconfigure' | 'warn'>;
  readonly tls: Pick<OwnCertificate, 'reload'> | undefined;
  readonly vfolders: Pick<VfolderPlace, 'ready'>;
}

/** What a reload puts into effect; anything else takes a restart. */
const RELOADED = /^(proxies|vfolder)$|^(proxies|vfolder)\.|^api\.(ssl_cert|ssl_privkey|ssl_client_ca)$/;

/**
 * Has a manager go on with other proxies: with those that are found where its file says, whenever they change, and with
 * all that its file says when that is read again. One after the other, however they come. Rejects with a `CannotRun`
 * where a proxy of the file itself cannot be spoken with.
 */
export async function createManagerReload(started: SaidConfig, log: Log) {
  let running: RunningManager | null = null;
  let turn: Promise<unknown> = Promise.resolve();
  /** Whether others were found before the manager had started. */
  let isEarly = false;
  const warnings = new Map<string, string | null>();
  const access = await openProxyAccess({}, log);
  let unwatch: (() => void) | null = null;
  let refusals: readonly string[] = [];
  let found = await find(started);
  let config = await spokenWith(found.config(), started.place !== null);

  return {
    /** With the proxies that could be found by now. */
    config,
    access,
    /** Begins to put into effect what is found. */
    start(manager: RunningManager): void {
      running = manager;
      for (const [name, sentence] of warnings) manager.service.warn(name, sentence);
      if (isEarly) takeFound();
    },
    warn,
    /** Has the manager look at what it is configured with anew. */
    again: () => running?.service.reconfigure(config),
    /** Puts into effect what it can, warns of what takes a restart, and says what is other than before. */
    apply: (next: SaidConfig, before: SaidConfig): Promise<string> => inTurn(() => goOnWith(next, before)),
    stop(): void {
      found.stop();
      unwatch?.();
      access.stop();
    },
  };

  function find(said: SaidConfig, previous?: ManagerConfig['proxies']): Promise<FoundProxies> {
    const options = { log, onConfig: takeFound, onWarning: warn, ...(previous === undefined ? {} : { previous }) };
    return findProxies({ ...said, warnings: [] }, options);
  }

  function warn(name: string, sentence: string | null): void {
    warnings.set(name, sentence);
    running?.service.warn(name, sentence);
  }

  /** What was found last counts once it is its turn, and where it was found then. */
  function takeFound(): void {
    isEarly = running === null;
    if (isEarly) return;
    void inTurn(() => use(found.config(), { isFound: true })).catch((error: unknown) => {
      log('error', `the proxies that were found cannot be used: ${(error as Error).message}`);
    });
  }

  async function goOnWith(next: SaidConfig, before: SaidConfig): Promise<string> {
    const folders = await running?.vfolders.ready(next.database);
    const isSamePlace = isDeepStrictEqual(next.place, before.place);
    const former = config;
    let newer: FoundProxies | null = null;
    try {
      newer = await find(next, isSamePlace && next.place !== null ? found.config().proxies : undefined);
      await use(newer.config(), { isFound: next.place !== null });
    } catch (error) {
      newer?.stop();
      folders?.drop();
      throw error;
    }
    const elsewhere = folders?.use() ?? null;
    found.stop();
    found = newer;
    if (next.place === null) warn('proxies', null);
    await running?.tls?.reload(next.config.api);
    await access.reload();
    const late = changedKeys(started.config, next.config).filter((key) => !RELOADED.test(key));
    if (late.length > 0) log('warn', `takes a restart: ${late.join(', ')}`);
    const said = sayChanges(changesBetween(former.proxies, config.proxies), { one: 'proxy', many: 'proxies' });
    return [...(said.length > 0 ? said : ['no proxy changed']), ...(elsewhere === null ? [] : [elsewhere])].join(', ');
  }

  async function use(next: ManagerConfig, { isFound }: { readonly isFound: boolean }): Promise<void> {
    const spoken = await spokenWith(next, isFound);
    running?.service.reconfigure(spoken);
    config = spoken;
  }

  /**
   * With the proxies that can be spoken with. One of those that were found which cannot be costs only itself, until its
   * certificates can be used; one of the file itself stops the change, as whoever wrote it is there to mend it.
   */
  async function spokenWith(next: ManagerConfig, isFound: boolean): Promise<ManagerConfig> {
    const refused: RefusedProxy[] = [];
    const proxies = await access.update(next.proxies, isFound ? (proxy) => refused.push(proxy) : undefined);
    unwatch?.();
    unwatch = watchFiles(
      refused.flatMap(({ files }) => files),
      takeFound,
    );
    const sentences = refused.map(({ sentence }) => sentence);
    for (const sentence of sentences) if (!refusals.includes(sentence)) log('warn', sentence);
    refusals = sentences;
    warn('certificates', sentences.length === 0 ? null : sentences.join('\n'));
    return { ...next, proxies };
  }

  function inTurn<T>(act: () => Promise<T>): Promise<T> {
    const done = turn.then(act);
    turn = Promise.allSettled([done]);
    return done;
  }
}
