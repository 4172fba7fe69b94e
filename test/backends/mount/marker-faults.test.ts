import { readdirSync, rmSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { MARKER_NAME } from '../../../backends/mount/mount-question.ts';
import { createMountPool, type MountPool } from '../../../backends/mount/worker-pool.ts';
import { readMarker } from '../../questions.ts';
import { type FaultFs, mountFaultFs, unlessFuse, whyNoFuse } from '../../rigs/faultfs.ts';
import { createMountRig, type MountRig } from '../../rigs/mounts.ts';
import { childrenRunning } from '../../rigs/processes.ts';

const MARKER = `volume/${MARKER_NAME}`;

describe.skipIf(whyNoFuse !== null)(`the marker file on a hung or failing mount${unlessFuse}`, () => {
  let rig: MountRig;
  let storage: FaultFs;
  let pool: MountPool;
  beforeEach(async () => {
    rig = createMountRig();
    pool = createMountPool();
    storage = await mountFaultFs(rig.directory('volumes'), ['volume']);
  });
  afterEach(() => {
    pool.stop();
    storage.kill();
    rig.remove();
  });
  const volume = () => storage.path('volume');
  const put = (path: string, text = 'volume1') => pool.ask({ act: 'mark', path, mountId: null, text });
  const marker = async () => (await storage.state()).files[MARKER];
  const untilHanging = async (request: string) => {
    await expect.poll(async () => (await storage.state()).hanging, { timeout: 10_000 }).toContain(request);
  };

  test.each(['open', 'read'] as const)('whose %s fails is a failure of the volume', async (operation) => {
    await put(volume());
    await storage.set({ [`${operation} volume`]: 5 });
    const evidence = await pool.ask(readMarker(volume()));
    expect(evidence).toMatchObject({ outcome: 'failed', failure: { step: 'marker', errno: 5 } });
  });

  test('whose failure is followed by another when it is closed is the first of them', async () => {
    await put(volume());
    await storage.set({ 'read volume': 116, 'flush volume': 5 });
    expect(await pool.ask(readMarker(volume()))).toMatchObject({ failure: { step: 'marker', errno: 116 } });
  });

  test.each([
    [13, { unreadable: 'the right to read it is missing', lacksRight: true }],
    [11, { unreadable: 'somebody holds a lease on it' }],
  ])('whose open answers errno %i is unreadable: %j', async (errno, found) => {
    await put(volume());
    await storage.set({ 'open volume': errno });
    expect(await pool.ask(readMarker(volume()))).toEqual({ outcome: 'read', marker: found });
  });

  test('whose open does not return is waited for', async () => {
    await put(volume());
    await storage.set({ 'open volume': 'hang' });
    const steps: string[] = [];
    const stuck = pool.ask(readMarker(volume()), (step) => steps.push(step));
    await untilHanging('open volume');
    await expect.poll(() => steps.at(-1)).toBe('marker');
    await storage.set({});
    expect(await stuck).toMatchObject({ marker: { text: 'volume1' } });
  });

  test.each([
    ['marker', { 'lookup volume': 5 }],
    ['create', { 'create volume': 30 }],
    ['write', { 'write volume': 28 }],
    ['write', { 'write volume': 'half' }],
    ['fsync', { 'fsync volume': 122 }],
    ['fsync', { 'fsync volume': 122, 'flush volume': 5 }],
  ] as const)('is not left there by half, where %s fails: %j', async (step, faults) => {
    await storage.set(faults);
    const errno = Object.values(faults).find((fault) => typeof fault === 'number') ?? 28;
    expect(await put(volume())).toMatchObject({ outcome: 'failed', failure: { step, errno } });
    expect(await marker()).toBeUndefined();
    await storage.set({});
    expect(await put(volume())).toEqual({ outcome: 'marked' });
  });

  test('that appears while one is put there is let be', async () => {
    await put(volume(), 'volume2');
    await storage.set({ 'lookup volume': 2 });
    expect(await put(volume())).toEqual({ outcome: 'taken', found: { unreadable: 'it has just been written' } });
    expect(await marker()).toBe('volume2\n');
  });

  test('that can neither be written nor removed is told by the first of these', async () => {
    await storage.set({ 'fsync volume': 122, 'unlink volume': 5 });
    expect(await put(volume())).toMatchObject({ outcome: 'failed', failure: { step: 'fsync', errno: 122 } });
  });

  test('is closed, however it ends', async () => {
    await put(volume());
    const [pid, ...others] = childrenRunning('mount/child');
    expect(others).toEqual([]);
    const descriptors = () => readdirSync(`/proc/${pid}/fd`).length;
    const before = descriptors();
    for (const operation of ['getattr', 'open', 'read', 'flush'] as const) {
      await storage.set({ [`${operation} volume`]: 5 });
      expect(await pool.ask(readMarker(volume()))).toMatchObject({ failure: { errno: 5 } });
    }
    await storage.set({});
    await pool.ask(readMarker(volume()));
    rmSync(storage.path(MARKER));
    for (const operation of ['create', 'write', 'fsync'] as const) {
      await storage.set({ [`${operation} volume`]: 5 });
      expect(await put(volume())).toMatchObject({ outcome: 'failed', failure: { errno: 5 } });
    }
    expect(descriptors()).toBe(before);
  });

  test.each([
    ['open', 'opendir'],
    ['marker', 'lookup'],
    ['create', 'create'],
    ['write', 'write'],
    ['fsync', 'fsync'],
  ] as const)('is located at %s while it hangs there, and put in the end', async (step, operation) => {
    await storage.set({ [`${operation} volume`]: 'hang' as const });
    const steps: string[] = [];
    const stuck = pool.ask({ act: 'mark', path: volume(), mountId: null, text: 'volume1' }, (next) => steps.push(next));
    await untilHanging(`${operation} volume`);
    await expect.poll(() => steps.at(-1)).toBe(step);
    await storage.set({});
    expect(await stuck).toEqual({ outcome: 'marked' });
  });

  test('whose removal hangs after its writing failed is located, and that failure told in the end', async () => {
    await storage.set({ 'fsync volume': 5, 'unlink volume': 'hang' });
    const steps: string[] = [];
    const stuck = pool.ask({ act: 'mark', path: volume(), mountId: null, text: 'volume1' }, (step) => steps.push(step));
    await untilHanging('unlink volume');
    await expect.poll(() => steps.at(-1)).toBe('unlink');
    await storage.set({});
    expect(await stuck).toMatchObject({ outcome: 'failed', failure: { step: 'fsync', errno: 5 } });
    expect(await marker()).toBeUndefined();
  });
});
