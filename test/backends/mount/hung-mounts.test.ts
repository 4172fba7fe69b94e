import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readTimeout } from '../../../backends/failure.ts';
import { mountCheck } from '../../../backends/mount/mount-check.ts';
import { createMountPool, type MountPool } from '../../../backends/mount/worker-pool.ts';
import { type FaultFs, mountFaultFs, unlessFuse, whyNoFuse } from '../../rigs/faultfs.ts';
import { createMountRig, type MountRig } from '../../rigs/mounts.ts';
import { childrenRunning } from '../../rigs/processes.ts';
import { volumeAt } from '../volumes.ts';
import { look } from '../../questions.ts';

const BAD = Array.from({ length: 8 }, (_, index) => `bad${index}`);
const GOOD = Array.from({ length: 8 }, (_, index) => `good${index}`);
const HANG_ALL_BAD = Object.fromEntries(BAD.map((name) => [`statfs ${name}`, 'hang'] as const));
const never = new AbortController().signal;

describe.skipIf(whyNoFuse !== null)(`a hung or failing mount${unlessFuse}`, () => {
  let rig: MountRig;
  let storage: FaultFs;
  let pool: MountPool;
  beforeEach(async () => {
    rig = createMountRig();
    storage = await mountFaultFs(rig.directory('volumes'), [...BAD, ...GOOD]);
    pool = createMountPool();
  });
  afterEach(() => {
    pool.stop();
    storage.kill();
    rig.remove();
  });
  const ask = (names: string[]) => names.map((name) => pool.ask(look(storage.path(name))));
  const untilSilent = async (calls: number) => {
    await expect.poll(() => pool.counts().silent, { timeout: 10_000 }).toBe(calls);
  };

  test('keeps the call pending, and the call answers once the mount does', async () => {
    await storage.set({ 'statfs bad0': 'hang' });
    const steps: string[] = [];
    const stuck = pool.ask(look(storage.path('bad0')), (step) => steps.push(step));
    await untilSilent(1);
    expect(steps).toEqual(['identity', 'stat', 'open', 'statfs']);
    await storage.set({});
    expect(await stuck).toMatchObject({ opened: true, statfs: { blocks: 1_000n } });
    expect(pool.counts()).toMatchObject({ silent: 0, active: 1 });
  });

  test('costs the others nothing: eight hang, eight answer, with no more than twelve processes', async () => {
    await storage.set(HANG_ALL_BAD);
    const stuck = ask(BAD);
    const answers = await Promise.all(ask(GOOD));
    expect(answers.every(({ statfs }) => statfs !== undefined)).toBe(true);
    await untilSilent(8);
    await Promise.all(ask(GOOD));
    expect(pool.counts().processes).toBeLessThanOrEqual(12);
    expect(childrenRunning('mount/child').length).toBeLessThanOrEqual(12);

    await storage.set({});
    await Promise.all(stuck);
    await expect.poll(() => childrenRunning('mount/child').length).toBeLessThanOrEqual(4);
  });

  test('is not asked again while it hangs', async () => {
    await storage.set({ 'getattr bad0': 'hang' });
    const [first] = ask(['bad0']);
    await untilSilent(1);
    const [second] = ask(['bad0']);
    expect(pool.counts()).toMatchObject({ silent: 1, queued: 0 });
    await storage.set({});
    expect(await second).toBe(await first);
  });

  test('does not hold up a stop: every worker is left to its signal', async () => {
    await storage.set(HANG_ALL_BAD);
    const stuck = ask(BAD);
    await untilSilent(8);
    pool.stop();
    const outcomes = await Promise.allSettled(stuck);
    expect(outcomes.every(({ status }) => status === 'rejected')).toBe(true);
    expect(pool.counts().processes).toBe(0);
  });

  test('does not keep a service from ending that is told to stop', async () => {
    await storage.set(HANG_ALL_BAD);
    const service = fileURLToPath(new URL('../../rigs/asking-service.ts', import.meta.url));
    const paths = BAD.map((name) => storage.path(name));
    const pids = execFileSync(process.execPath, [service, 'stop', ...paths], { encoding: 'utf8', timeout: 15_000 });
    expect(pids.split(' ').length).toBeGreaterThanOrEqual(8);
  });

  test('does not have the check wait for a marker that may not be there, and asks for that once', async () => {
    const volume = volumeAt({ path: storage.path('bad0'), timeoutMs: 400, askMount: pool.ask });
    const check = mountCheck(volume, { expectedTypes: null });
    await storage.set({ 'lookup bad0': 'hang' });
    for (let turn = 0; turn < 3; turn += 1) {
      expect(await check.ask(never)).toMatchObject({
        status: 'pass',
        info: expect.stringMatching(/its identity is unverified: its marker was not read in time$/),
      });
    }
    await untilSilent(1);
    expect(pool.counts()).toMatchObject({ silent: 1, queued: 0 });
    await storage.set({});
    await expect.poll(async () => (await check.ask(never)).info).toMatch(/no marker file$/);
  });

  test('is waited for where it is a marker that must be there', async () => {
    const volume = volumeAt({ path: storage.path('bad0'), mount: { marker: true }, timeoutMs: 4, askMount: pool.ask });
    const check = mountCheck(volume, { expectedTypes: null });
    await storage.set({ 'lookup bad0': 'hang' });
    const pending = check.ask(never);
    await untilSilent(1);
    expect(check.pendingStep?.()).toBe('marker');
    await storage.set({});
    expect(await pending).toMatchObject({ reason: 'MARKER_MISSING' });
  });

  test('is located for administrators', async () => {
    await storage.set({ 'opendir bad0': 'hang' });
    const check = mountCheck(volumeAt({ path: storage.path('bad0'), askMount: pool.ask }), { expectedTypes: null });
    const pending = check.ask(never);
    await untilSilent(1);
    const silence = { name: check.name, timeoutMs: check.timeoutMs, waitedMs: 75_000, stuckAfterMs: 60_000 };
    expect(readTimeout({ ...silence, step: check.pendingStep?.() ?? null })).toMatchObject({
      reason: 'MOUNT_STUCK',
      info: expect.stringMatching(/^open does not return/),
    });
    await storage.set({});
    expect(await pending).toMatchObject({ status: 'pass' });
  });

  test('is disconnected once its process is killed', async () => {
    const check = mountCheck(volumeAt({ path: storage.path('.'), askMount: pool.ask }), {
      expectedTypes: ['fuse.faultfs'],
    });
    expect(await check.ask(never)).toMatchObject({ status: 'pass', summary: 'mounted, 40 % used' });
    await storage.set({ 'statfs .': 'hang' });
    const stuck = check.ask(never);
    await untilSilent(1);
    storage.kill();
    expect(await stuck).toMatchObject({ status: 'fail', reason: 'MOUNT_DISCONNECTED' });
    expect(await check.ask(never)).toMatchObject({ status: 'fail', reason: 'MOUNT_DISCONNECTED' });
  });

  test.each([
    ['getattr', 116, 'MOUNT_STALE'],
    ['getattr', 2, 'MOUNT_DISCONNECTED'],
    ['getattr', 5, 'IO_ERROR'],
    ['opendir', 13, 'ACCESS_DENIED'],
    ['opendir', 108, 'MOUNT_DISCONNECTED'],
    ['statfs', 116, 'MOUNT_STALE'],
    ['statfs', 112, 'MOUNT_DISCONNECTED'],
  ] as const)('whose %s answers errno %i is %s', async (operation, errno, reason) => {
    const volume = volumeAt({ path: storage.path('.'), askMount: pool.ask });
    const check = mountCheck(volume, { expectedTypes: ['fuse.faultfs'] });
    await storage.set({ [`${operation} .`]: errno });
    expect(await check.ask(never)).toMatchObject({ status: 'fail', reason });
    await storage.set({});
    expect(await check.ask(never)).toMatchObject({ status: 'pass' });
  });
});
