import { describe, expect, it } from 'vitest';
import { createHealthPoll } from '../../client/health-poll.ts';
import { createProxyClient } from '../../client/proxy-client.ts';
import { createStorageHealthChecker } from '../../manager/storage-health-checker.ts';
import { ProxyEntry } from '../../schema/manager-config.ts';
import { createFakeClock } from '../fake-clock.ts';

type Answer = (signal: AbortSignal | null | undefined) => Promise<Response>;

const reporting =
  (last_checked_at: string | null, epoch = 'e'): Answer =>
  async () =>
    Response.json({
      epoch,
      seq: 1,
      mono_ms: 1,
      volumes: { v: { status: 'healthy', status_info: null, backend: 'vfs', last_checked_at } },
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
  const fetch: typeof globalThis.fetch = async (input, init) => {
    // It has no stream.
    if (new Request(input).url.includes('/trpc/')) return new Response(null, { status: 404 });
    asked += 1;
    return answers[Math.min(asked, answers.length) - 1]!(init?.signal);
  };
  const access = { url: 'http://proxy1', secret: 's', fetch };
  const labels: string[] = [];
  const checker = createStorageHealthChecker({
    proxies: { proxy1: ProxyEntry.parse({ manager_api: 'http://proxy1', secret: 's' }) },
    accessOf: () => ({ client: createProxyClient(access), poll: createHealthPoll(access) }),
    clock,
    random: () => 0.5,
    onNews: (name) => labels.push(checker.known(name ?? '').state.reading?.label ?? ''),
  });
  return { clock, known: () => checker.known('proxy1').state, labels, asked: () => asked };
}

describe('a poll', () => {
  it('asks once more, and at once, where a kept-alive connection was cut', async () => {
    const { clock, labels, asked } = createChecker(failing('ECONNRESET'), WELL);
    await clock.advance(100);
    expect([labels, asked()]).toEqual([['healthy'], 2]);
  });

  it('believes a second cut', async () => {
    const { clock, known, labels } = createChecker(failing('ECONNRESET'));
    await clock.advance(100);
    expect(labels).toEqual(['unhealthy']);
    expect(known().reading?.errorMessage).toBe('connection was reset');
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
    const { clock, known } = createChecker(failing('ECONNREFUSED'), failing('EHOSTUNREACH'));
    await clock.advance(100);
    const since = known().since;
    await clock.advance(10_000);
    expect(known().reading?.errorMessage).toBe('no route to the host');
    expect(known().since).toEqual(since);
  });

  it('says how long it waited for a proxy that hangs', async () => {
    const { clock, known } = createChecker(async () => new Promise(() => {}));
    await clock.advance(3_100);
    expect(known().reading).toEqual({
      ok: false,
      label: 'unhealthy',
      errorMessage: 'timed out after 3 s',
    });
  });

  it('takes proxies that answer by turns for what they are, until ten polls in a row reach the same', async () => {
    const turns = 'ababbbbbbbbbbb'.split('').map((epoch) => reporting('2026-01-22T10:00:00Z', epoch));
    const { clock, known, labels } = createChecker(...turns);
    await clock.advance(100);
    for (let polls = 1; polls < turns.length; polls += 1) await clock.advance(11_000);
    expect(labels.slice(0, 4)).toEqual(['healthy', 'healthy', 'unhealthy', 'unhealthy']);
    expect(labels.indexOf('healthy', 4)).toBe(2 + 10);
    expect(known().reading?.errorMessage).toBeNull();
  });

  it('finds the one healthy that is left of two behind one address, as soon as ten polls in a row reached it', async () => {
    const turns = 'abaaaaaaaaaaaaa'.split('').map((epoch) => reporting('2026-01-22T10:00:00Z', epoch));
    const { clock, labels } = createChecker(...turns);
    await clock.advance(100);
    for (let polls = 1; polls < turns.length; polls += 1) await clock.advance(11_000);
    const mixed = Array.from({ length: 9 }, () => 'unhealthy');
    expect(labels.slice(0, 13)).toEqual(['healthy', 'healthy', ...mixed, 'healthy', 'healthy']);
  });
});
