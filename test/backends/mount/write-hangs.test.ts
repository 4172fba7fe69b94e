import { readdirSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type FaultFs, mountFaultFs, unlessFuse, whyNoFuse } from '../../rigs/faultfs.ts';
import { createMountRig, type MountRig, unlessMounts, whyNoMounts } from '../../rigs/mounts.ts';
import { type WatchedVolume, watchVolume } from '../../rigs/watched-volume.ts';

let rig: MountRig;
let volume: WatchedVolume | undefined;
beforeEach(() => {
  rig = createMountRig();
});
afterEach(() => {
  volume?.stop();
  rig.remove();
});

/** Watches a `vfs` volume that a file is written to every second. */
function watch(path: string, more: Record<string, unknown> = {}): WatchedVolume {
  volume = watchVolume({ backend: 'vfs', path, write_check: true, write_check_interval: '1s', ...more });
  return volume;
}
const check = (name: string) => volume?.report().checks.find((candidate) => candidate.name === name);
const untilCheck = async (name: string, wanted: object) => {
  await expect.poll(() => check(name), { timeout: 10_000 }).toMatchObject(wanted);
};

describe.skipIf(whyNoFuse !== null)(`a write test that hangs${unlessFuse}`, () => {
  let storage: FaultFs;
  beforeEach(async () => {
    storage = await mountFaultFs(rig.directory('volumes'), ['volume']);
  });
  afterEach(() => {
    storage.kill();
  });

  test('is a warning that goes by itself, and holds up no look at the mount', async () => {
    const { until } = watch(storage.path('volume'));
    await untilCheck('write', { status: 'pass' });
    await storage.set({ 'fsync volume': 'hang' });
    const degraded = await until({ degraded: true });
    expect(degraded).toMatchObject({ status: 'healthy', reason: 'WRITE_FAILED' });
    expect(check('write')).toMatchObject({ status: 'warn', info: 'fsync does not return: no answer within 0.8 s' });

    const looked = new Set<string>();
    await expect
      .poll(
        () => {
          expect(check('mount')).toMatchObject({ status: 'pass' });
          return looked.add(check('mount')?.checked_at ?? '').size;
        },
        { timeout: 10_000 },
      )
      .toBeGreaterThanOrEqual(4);
    expect(volume?.report()).toMatchObject({ status: 'healthy', degraded: true, reason: 'WRITE_FAILED' });

    await storage.set({});
    expect(await until({ degraded: false })).toMatchObject({ status: 'healthy', reason: 'OK' });
    await untilCheck('write', { status: 'pass' });
  });

  test('does not hide that the mount then fails', async () => {
    const { until } = watch(storage.path('volume'));
    await storage.set({ 'fsync volume': 'hang' });
    await until({ degraded: true });
    await storage.set({ 'fsync volume': 'hang', 'opendir volume': 5 });
    expect(await until({ status: 'offline' })).toMatchObject({ reason: 'IO_ERROR' });
  });
});

describe.skipIf(whyNoMounts !== null)(`a write test of a volume that must be mounted${unlessMounts}`, () => {
  test('is not made where nothing is mounted, and made once something is', async () => {
    const path = rig.directory('volume');
    const { until } = watch(path, { mount: { required: true } });
    await until({ status: 'offline', reason: 'NOT_MOUNTED' });
    await untilCheck('write', { status: 'unknown', reason: 'NOT_CHECKED', checked_at: expect.any(String) });
    expect(readdirSync(path)).toEqual([]);
    rig.mount('-t', 'tmpfs', '-o', 'size=8m', 'scratch', path);
    await untilCheck('write', { status: 'pass' });
    expect(readdirSync(path)).toEqual([expect.stringMatching(/^\.volhealth-/)]);
  });

  test('creates nothing beneath a mount that goes, nor on another that comes', async () => {
    const path = rig.directory('volume');
    rig.mount('-t', 'tmpfs', '-o', 'size=8m', 'scratch', path);
    const { until } = watch(path);
    await untilCheck('write', { status: 'pass' });
    rig.umount(path);
    await untilCheck('write', { status: 'unknown', reason: 'NOT_CHECKED' });
    expect(await until({ status: 'offline' })).toMatchObject({ reason: 'NOT_MOUNTED' });
    expect(readdirSync(path)).toEqual([]);
    rig.mount('-t', 'tmpfs', '-o', 'size=8m', 'another', path);
    await until({ reason: 'WRONG_MOUNT' });
    await untilCheck('write', { info: expect.stringMatching(/found tmpfs another/) });
    expect(readdirSync(path)).toEqual([]);
  });

  test('is not made where the marker is missing', async () => {
    const path = rig.directory('volume');
    rig.mount('-t', 'tmpfs', '-o', 'size=8m', 'scratch', path);
    const { until } = watch(path, { mount: { marker: true } });
    await until({ reason: 'MARKER_MISSING' });
    await untilCheck('write', { reason: 'NOT_CHECKED', checked_at: expect.any(String) });
    expect(readdirSync(path)).toEqual([]);
  });
});
