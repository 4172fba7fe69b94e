import { AskingFailed, httpFailure } from '../../../client/failure.ts';
import type { RestQuestion } from '../../../client/rest-asking.ts';
import { parseManagerConfig } from '../../../manager/config.ts';
import { createManager } from '../../../manager/manager.ts';
import type { ProxyAccess } from '../../../manager/proxy-link.ts';
import { createFakeClock } from '../../fake-clock.ts';

/** What a proxy of Backend.AI does; the test changes it as it goes. */
export interface Script {
  /** Why it cannot be reached; null while it can. */
  lost: AskingFailed | null;
  isRefusing: boolean;
  /** Its list of volumes is a 500. */
  isListFailing: boolean;
  /** So many questions are cut next. */
  cuts: number;
  volumes: readonly string[];
  /** Answers one question for a volume. */
  hwinfo: (volume: string, signal: AbortSignal) => Promise<unknown>;
}

export const WELL = { status: 'healthy', status_info: null, metadata: {} };
export const REFUSED = new AskingFailed('refused', 'connection refused');

/** A manager of one proxy that answers as it is told, on a clock that the test owns. */
export function createScripted(script: Partial<Script> = {}, { url = 'http://p', more = '' } = {}) {
  const clock = createFakeClock();
  const well = {
    lost: null,
    isRefusing: false,
    isListFailing: false,
    cuts: 0,
    volumes: ['v'],
    hwinfo: async () => WELL,
  };
  const proxy: Script = { ...well, ...script };
  const asked: string[] = [];
  const transitions: string[] = [];
  const counts = { out: 0, most: 0 };

  const hwinfoOf = async (volume: string, signal: AbortSignal) => {
    counts.out += 1;
    counts.most = Math.max(counts.most, counts.out);
    return proxy.hwinfo(volume, signal).finally(() => {
      counts.out -= 1;
    });
  };
  const valueOf = async ({ path, body, signal }: RestQuestion): Promise<unknown> => {
    if (proxy.lost !== null) throw proxy.lost;
    if (proxy.cuts > 0) {
      proxy.cuts -= 1;
      throw new AskingFailed('cut', 'connection was reset');
    }
    if (path === 'health') return { status: 'healthy', version: '25.15.0', component: 'storage-proxy' };
    if (proxy.isRefusing) throw httpFailure(403);
    if (path === 'volumes' && proxy.isListFailing) throw httpFailure(500);
    if (path === 'volumes') return { volumes: proxy.volumes.map((name) => ({ name, backend: 'vfs' })) };
    return hwinfoOf((body as { volume: string }).volume, signal);
  };
  const access: ProxyAccess = {
    client: {} as never,
    poll: async () => {
      asked.push('manager-api/health');
      throw proxy.lost ?? httpFailure(proxy.isRefusing ? 403 : 404);
    },
    rest: async (question) => {
      const { volume = '' } = (question.body ?? {}) as { volume?: string };
      asked.push(`${question.path} ${volume}`.trim());
      return { value: await valueOf(question), dateMs: null };
    },
  };
  const { config } = parseManagerConfig(`[proxies.p]\nmanager_api = "${url}"\nsecret = "s"\n${more}`, 'manager.toml');
  const manager = createManager({
    config,
    accessOf: () => access,
    epoch: 'm',
    clock,
    random: () => 0.5,
    onTransition: ({ event: { subject, data } }) =>
      transitions.push(`${subject} ${data.current}${'reason' in data ? ` ${data.reason}` : ''}`),
  });
  const volume = (name = 'v') => manager.snapshot().volume({ proxy: 'p', volume: name });
  return {
    clock,
    proxy,
    manager,
    asked,
    transitions,
    counts,
    volume,
    state: (name?: string) => `${volume(name)?.status} ${volume(name)?.reason}`,
    health: () => manager.snapshot().proxies[0],
    times: (question: string) => asked.filter((text) => text === question).length,
  };
}

/** Answers only once nobody waits for it. */
export function hanging(_volume: string, signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error));
  });
}
