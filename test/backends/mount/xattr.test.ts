import { spawnSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createMountPool, type MountPool } from '../../../backends/mount/worker-pool.ts';
import { look } from '../../questions.ts';
import { type FaultFs, mountFaultFs, whyNoFuse } from '../../rigs/faultfs.ts';
import { createMountRig, type MountRig, unless } from '../../rigs/mounts.ts';
import { childrenRunning, namesInGroup } from '../../rigs/processes.ts';
import { type WatchedVolume, watchVolume } from '../../rigs/watched-volume.ts';

const XATTR = 'ceph.dir.rentries';
const obstacle = whyNoFuse ?? (existsSync('/usr/bin/getfattr') ? null : 'there is no getfattr');

describe.skipIf(obstacle !== null)(`an extended attribute${unless(obstacle)}`, () => {
  let rig: MountRig;
  let storage: FaultFs;
  let pool: MountPool;
  let watched: WatchedVolume | undefined;
  beforeEach(async () => {
    rig = createMountRig();
    storage = await mountFaultFs(rig.directory('volumes'), ['volume']);
    pool = createMountPool();
  });
  afterEach(() => {
    watched?.stop();
    pool.stop();
    storage.kill();
    rig.remove();
  });
  const ask = (xattr = XATTR, onStep?: (step: string) => void) =>
    pool.ask({ ...look(storage.path('volume')), xattr }, onStep);
  const watchCephFs = (path: string, fstype: string) => {
    watched = watchVolume({ backend: 'cephfs', path, mount: { fstype } });
    return watched;
  };
  const untilHanging = async () => {
    await expect.poll(async () => (await storage.state()).hanging, { timeout: 10_000 }).toContain('getxattr volume');
  };

  test('is read last', async () => {
    const steps: string[] = [];
    expect(await ask(XATTR, (step) => steps.push(step))).toMatchObject({ statfs: {}, xattr: { value: '1' } });
    expect(steps.at(-1)).toBe('xattr');
  });

  test.each([5, 13, 107, 108, 110, 112, 116])('that answers errno %i is told so', async (errno) => {
    await storage.set({ 'getxattr volume': errno });
    expect(await ask()).toMatchObject({ failure: { step: 'xattr', errno } });
  });

  test('that no program is there to read leaves the volume unavailable, and says what to install', async () => {
    const file = join(rig.directory('config'), 'storage-proxy.toml');
    const volume = `backend = "cephfs"\npath = "${storage.path('volume')}"\nmount.fstype = "fuse.faultfs"\n`;
    writeFileSync(file, `[api.manager]\nsecret = "s"\n[volume.volume1]\n${volume}`);
    const main = fileURLToPath(new URL('../../../cli/main.ts', import.meta.url));
    // In a mount namespace of its own, in which the program is no program.
    const script = 'mount --bind /dev/null /usr/bin/getfattr && exec "$@"';
    const args = ['--mount', 'sh', '-c', script, 'sh', process.execPath, main, 'probe', 'volume1', '-c', file];
    const { status, stdout } = spawnSync('unshare', args, { encoding: 'utf8', cwd: '/' });
    expect(stdout).toMatch(/^volume1 is unavailable: no xattr reader installed \(apt install attr\)\n.*TOOL_MISSING/);
    expect(status).toBe(1);
  });

  test('that is not there is told so', async () => {
    expect(await ask('user.nothing')).toMatchObject({ failure: { step: 'xattr', errno: 61 } });
  });

  test('is not missed where the configuration allows for a file system without it, and named as not checked', async () => {
    const path = rig.directory('scratch');
    rig.mount('-t', 'tmpfs', 'scratch', path);
    const { metadata } = await watchCephFs(path, 'tmpfs').until({ status: 'healthy', degraded: false });
    expect(metadata).toMatchObject({ fstype: 'tmpfs', not_checked: ['extended attribute'] });
  });

  test('makes a CephFS healthy, unavailable while it hangs, and healthy again by itself', async () => {
    const { until } = watchCephFs(storage.path('volume'), 'fuse.faultfs');
    await until({ status: 'healthy', degraded: false });
    await storage.set({ 'getxattr volume': 'hang' });
    const { checks } = await until({ status: 'unavailable' });
    expect(checks[0]).toMatchObject({ reason: 'CHECK_TIMEOUT', info: 'xattr does not return: no answer within 0.8 s' });
    await storage.set({});
    await until({ status: 'healthy', degraded: false });
  });

  test('whose reader hangs is given up together with the worker that waits for it', async () => {
    await storage.set({ 'getxattr volume': 'hang until killed' });
    const stuck = ask();
    await untilHanging();
    const [worker = 0] = childrenRunning('mount/child');
    expect(namesInGroup(worker)).toContain('getfattr');
    pool.stop();
    await expect(stuck).rejects.toThrow('the service is stopping');
    await expect.poll(() => namesInGroup(worker)).toEqual([]);
    expect((await storage.state()).hanging).toEqual([]);
  });
});
