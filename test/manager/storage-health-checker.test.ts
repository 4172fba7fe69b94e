import { describe, expect, it } from 'vitest';
import { createProxyClient } from '../../client/proxy-client.ts';
import { createStorageHealthChecker } from '../../manager/storage-health-checker.ts';
import { createFakeClock } from '../fake-clock.ts';

type Answer = (signal: AbortSignal | null | undefined) => Promise<Response>;

const reporting =
  (last_checked_at: string | null): Answer =>
  async () =>
    Response.json({
      result: {
        data: {
          epoch: 'e',
          seq: 1,
          mono_ms: 1,
          volumes: { v: { status: 'healthy', status_info: null, backend: 'vfs', last_checked_at } },
        },
      },
    });
const failing =
  (code: string): Answer =>
  async () => {
    throw new TypeError('fetch failed', { cause: Object.assign(new Error(code), { code }) });
  };
const WELL = reporting('2026-01-22T10:00:00Z');

/** A checker of one proxy that gives these answers in turn, the last one for ever. */
function createChecker(...answers: readonly Answer[]) {
  const clock = createFakeClock();
  let asked = 0;
  const client = createProxyClient({
    url: 'http://proxy1',
    secret: 's',
    fetch: async (_, init) => {
      asked += 1;
      return answers[Math.min(asked, answers.length) - 1]!(init?.signal);
    },
  });
  const probe = createStorageHealthChecker({
    proxies: { proxy1: { health_check_interval: 10_000, health_check_timeout: 3_000 } },
    clientOf: () => client,
    clock,
    random: () => 0.5,
    onResume: () => {},
  });
  const labels: string[] = [];
  probe.onOutcome((_, state) => labels.push(state.reading?.label ?? ''));
  return { clock, probe, labels, asked: () => asked };
}

describe('a poll', () => {
  it('asks once more, and at once, where a kept-alive connection was cut', async () => {
    const { clock, labels, asked } = createChecker(failing('ECONNRESET'), WELL);
    await clock.advance(100);
    expect([labels, asked()]).toEqual([['healthy'], 2]);
  });

  it('believes a second cut', async () => {
    const { clock, probe, labels } = createChecker(failing('ECONNRESET'));
    await clock.advance(100);
    expect(labels).toEqual(['unhealthy']);
    expect(probe.state('proxy1')?.reading?.errorMessage).toBe('connection was reset');
  });

  it('does not ask twice where nobody listens', async () => {
    const { clock, asked } = createChecker(failing('ECONNREFUSED'));
    await clock.advance(100);
    expect(asked()).toBe(1);
  });

  it('comes again within moments while the proxy has not asked all its volumes', async () => {
    const { clock, asked } = createChecker(reporting(null), reporting(null), WELL);
    await clock.advance(100);
    await clock.advance(1_000);
    expect(asked()).toBe(3);
    await clock.advance(5_000);
    expect(asked()).toBe(3);
  });

  it('does not hurry for ever where a volume is never asked', async () => {
    const { clock, asked } = createChecker(reporting(null));
    await clock.advance(60_000);
    expect(asked()).toBeLessThan(30);
  });

  it('has been unhealthy since its first failure, whatever the reason is now', async () => {
    const { clock, probe } = createChecker(failing('ECONNREFUSED'), failing('EHOSTUNREACH'));
    await clock.advance(100);
    const since = probe.state('proxy1')?.since;
    await clock.advance(10_000);
    expect(probe.state('proxy1')?.reading?.errorMessage).toBe('no route to the host');
    expect(probe.state('proxy1')?.since).toEqual(since);
  });

  it('says how long it waited for a proxy that hangs', async () => {
    const { clock, probe } = createChecker(async () => new Promise(() => {}));
    await clock.advance(3_100);
    expect(probe.state('proxy1')?.reading).toEqual({
      ok: false,
      label: 'unhealthy',
      errorMessage: 'timed out after 3 s',
    });
  });
});
