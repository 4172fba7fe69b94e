import { describe, expect, test } from 'vitest';
import type { MountAsker } from '../../../backends/mount/mount-asker.ts';
import type { MarkerEvidence } from '../../../backends/mount/mount-question.ts';
import { mountCheck } from '../../../backends/mount/mount-check.ts';
import type { MountRow } from '../../../backends/mount/mountinfo.ts';
import { answering } from '../../questions.ts';
import { volumeAt } from '../volumes.ts';
import { lookAt, ROOT, XFS } from './looks.ts';

const never = new AbortController().signal;

/** A check of `/v/a`, at which these file systems are found one after the other. */
function checkOf(rows: MountRow[]) {
  const askMount = answering(async (_, onStep) => {
    for (const step of ['identity', 'stat', 'open', 'statfs'] as const) onStep?.(step);
    return lookAt({ row: rows[0] ?? null }).evidence;
  });
  const table = { find: async () => rows.shift() ?? null };
  return mountCheck(volumeAt({ path: '/v/a', askMount }), { expectedTypes: null, table, asRoot: true });
}

describe('the mount check', () => {
  test('remembers what was mounted from one time to the next', async () => {
    const check = checkOf([XFS, ROOT, XFS]);
    const reasons = [await check.ask(never), await check.ask(never), await check.ask(never)].map(
      ({ reason }) => reason,
    );
    expect(reasons).toEqual(['OK', 'NOT_MOUNTED', 'OK']);
  });

  test('says where a call hangs that is out', async () => {
    const step = Promise.withResolvers<void>();
    const askMount = answering((_, onStep) => {
      onStep?.('identity');
      onStep?.('stat');
      step.resolve();
      return new Promise<never>(() => {});
    });
    const check = mountCheck(volumeAt({ path: '/v/a', askMount }), { expectedTypes: null });
    expect(check.pendingStep?.()).toBeNull();
    void check.ask(never);
    await step.promise;
    expect(check.pendingStep?.()).toBe('stat');
  });

  test('does not ask for a marker that the configuration does not go by', async () => {
    const acts: string[] = [];
    const askMount = (async ({ act }) => {
      acts.push(act);
      return lookAt().evidence;
    }) as MountAsker;
    const volume = volumeAt({ path: '/v/a', mount: { marker: false }, askMount });
    const check = mountCheck(volume, { expectedTypes: null, table: { find: async () => XFS } });
    expect(await check.ask(never)).toMatchObject({ status: 'pass' });
    expect(acts).toEqual(['look']);
  });

  test('lets a call for a marker be that it has given up, until that returns', async () => {
    const markers: PromiseWithResolvers<MarkerEvidence>[] = [];
    const askMount = (({ act }) => {
      if (act === 'look') return Promise.resolve(lookAt().evidence);
      markers.push(Promise.withResolvers());
      return markers.at(-1)?.promise;
    }) as MountAsker;
    const volume = volumeAt({ path: '/v/a', timeoutMs: 4, askMount });
    const check = mountCheck(volume, { expectedTypes: null, table: { find: async () => XFS } });
    for (let turn = 0; turn < 3; turn += 1) expect((await check.ask(never)).info).toMatch(/was not read in time$/);
    expect(markers.length).toBe(1);
    markers[0]?.resolve({ outcome: 'read', marker: { absent: true } });
    await check.ask(never);
    await check.ask(never);
    expect(markers.length).toBeGreaterThan(1);
  });

  test('reads one marker for two that ask at once', async () => {
    const askMount = answering(async () => lookAt().evidence);
    const check = mountCheck(volumeAt({ path: '/v/a', askMount }), {
      expectedTypes: null,
      table: { find: async () => XFS },
    });
    const [first, second] = await Promise.all([check.ask(never), check.ask(never)]);
    expect(first.info).toMatch(/no marker file$/);
    expect(second).toEqual(first);
  });

  test('looks again where something else is mounted before its marker is read, and says nothing if that goes on', async () => {
    const acts: string[] = [];
    let moves = 1;
    const askMount = (async ({ act }) => {
      acts.push(act);
      if (act === 'look') return lookAt().evidence;
      moves -= 1;
      return moves >= 0 ? { outcome: 'moved' } : { outcome: 'read', marker: { text: 'volume1' } };
    }) as MountAsker;
    const table = { find: async () => XFS };
    const check = mountCheck(volumeAt({ path: '/v/a', askMount }), { expectedTypes: null, table });
    expect(await check.ask(never)).toMatchObject({ status: 'pass' });
    expect(acts).toEqual(['look', 'marker', 'look', 'marker']);
    moves = 2;
    await expect(check.ask(never)).rejects.toThrow('what is mounted at /v/a changes while it is looked at');
  });

  test.each<[number, number | undefined, number]>([
    [30_000, undefined, 5_000],
    [2_000, undefined, 1_600],
    [30_000, 20_000, 20_000],
  ])('with interval %i and configured timeout %s waits %i ms', (intervalMs, configured, timeoutMs) => {
    const volume = volumeAt({ path: '/v/a', intervalMs, timeoutMs: configured });
    expect(mountCheck(volume, { expectedTypes: null })).toMatchObject({ name: 'mount', intervalMs, timeoutMs });
  });
});
