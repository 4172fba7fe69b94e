import { isDeepStrictEqual } from 'node:util';
import type { ReadManagerConfig } from '../manager/config.ts';
import type { Manager } from '../manager/manager.ts';
import { changesBetween } from '../proxy/volume-changes.ts';
import type { ManagerConfig } from '../schema/manager-config.ts';
import { findProxies, type FoundProxies } from './found-proxies.ts';
import type { Log } from './log.ts';
import type { OwnCertificate } from './own-certificate.ts';
import type { ProxyAccesses } from './proxy-access.ts';
import { changedKeys, sayChanges } from './what-changed.ts';

/** What a manager's file says, but for what is odd about it. */
export type SaidConfig = Omit<ReadManagerConfig, 'warnings'>;

/** What goes on with another configuration. */
export interface RunningManager {
  readonly service: Pick<Manager, 'reconfigure' | 'warn'>;
  readonly access: Pick<ProxyAccesses, 'update' | 'reload'>;
  readonly tls: Pick<OwnCertificate, 'reload'> | undefined;
}

/** What a reload puts into effect; anything else takes a restart. */
const RELOADED = /^(proxies|vfolder)$|^(proxies|vfolder)\.|^api\.(ssl_cert|ssl_privkey|ssl_client_ca)$/;

/**
 * Has a manager go on with other proxies: with those that are found where its file says, whenever they change, and with
 * all that its file says when that is read again. One after the other, however they come.
 */
export async function createManagerReload(started: SaidConfig, log: Log) {
  let running: RunningManager | null = null;
  let turn: Promise<unknown> = Promise.resolve();
  /** What was found before the manager had started. */
  let early: ManagerConfig | null = null;
  const warnings = new Map<string, string | null>();
  let found = await find(started);
  let { config } = found;

  return {
    /** With the proxies that could be found by now. */
    config,
    /** Begins to put into effect what is found. */
    start(manager: RunningManager): void {
      running = manager;
      for (const [name, sentence] of warnings) manager.service.warn(name, sentence);
      if (early !== null) takeFound(early);
    },
    warn,
    /** Puts into effect what it can, warns of what takes a restart, and says what is other than before. */
    apply: (next: SaidConfig, before: SaidConfig): Promise<string> => inTurn(() => goOnWith(next, before)),
    stop: (): void => found.stop(),
  };

  function find(said: SaidConfig, previous?: ManagerConfig['proxies']): Promise<FoundProxies> {
    const options = { log, onConfig: takeFound, onWarning: warn, ...(previous === undefined ? {} : { previous }) };
    return findProxies({ ...said, warnings: [] }, options);
  }

  function warn(name: string, sentence: string | null): void {
    warnings.set(name, sentence);
    running?.service.warn(name, sentence);
  }

  function takeFound(next: ManagerConfig): void {
    void inTurn(() => use(next)).catch((error: unknown) => {
      log('error', `the proxies that were found cannot be used: ${(error as Error).message}`);
    });
  }

  async function goOnWith(next: SaidConfig, before: SaidConfig): Promise<string> {
    const isSamePlace = isDeepStrictEqual(next.place, before.place);
    const newer = await find(next, isSamePlace && next.place !== null ? found.config.proxies : undefined);
    const former = config;
    try {
      await use(newer.config);
    } catch (error) {
      newer.stop();
      throw error;
    }
    found.stop();
    found = newer;
    if (next.place === null) warn('proxies', null);
    await running?.tls?.reload(next.config.api);
    await running?.access.reload();
    const late = changedKeys(started.config, next.config).filter((key) => !RELOADED.test(key));
    if (late.length > 0) log('warn', `takes a restart: ${late.join(', ')}`);
    const said = sayChanges(changesBetween(former.proxies, config.proxies), { one: 'proxy', many: 'proxies' });
    return said.join(', ') || 'no proxy changed';
  }

  /** Whoever cannot be spoken with as configured stops the change, and nothing else. */
  async function use(next: ManagerConfig): Promise<void> {
    if (running === null) {
      early = next;
      return;
    }
    await running.access.update(next.proxies);
    running.service.reconfigure(next);
    config = next;
  }

  function inTurn<T>(act: () => Promise<T>): Promise<T> {
    const done = turn.then(act);
    turn = Promise.allSettled([done]);
    return done;
  }
}
