import { execFile, spawn } from 'node:child_process';
import { mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { MountStep } from '../../../backends/mount/mount-question.ts';
import { createMountPool, type MountPool } from '../../../backends/mount/worker-pool.ts';
import { type FaultFs, type Faults, mountFaultFs, unlessFuse, whyNoFuse } from '../../rigs/faultfs.ts';
import { createMountRig, type MountRig } from '../../rigs/mounts.ts';
import { childrenRunning } from '../../rigs/processes.ts';

const [EMPTY_VOLUME, OWN] = [{ 'volume/': '' }, { 'volume/': '', 'volume/.own/': '' }];

describe.skipIf(whyNoFuse !== null)(`the write test on a hung or failing mount${unlessFuse}`, () => {
  let rig: MountRig;
  let storage: FaultFs;
  let pool: MountPool;
  beforeEach(async () => {
    rig = createMountRig();
    storage = await mountFaultFs(rig.directory('volumes'), ['volume']);
    pool = createMountPool();
  });
  afterEach(() => {
    pool.stop();
    storage.kill();
    rig.remove();
  });
  const testWrite = (onStep?: (step: MountStep) => void) =>
    pool.ask({ act: 'write', path: storage.path('volume'), mountId: null, directory: '.own' }, onStep);
  const files = async () => (await storage.state()).files;
  const untilHanging = async (request: string) => {
    await expect.poll(async () => (await storage.state()).hanging, { timeout: 10_000 }).toContain(request);
  };

  test.each<[MountStep, number, Faults, object]>([
    ['open', 5, { 'opendir volume': 5 }, EMPTY_VOLUME],
    ['statfs', 5, { 'statfs volume': 5 }, EMPTY_VOLUME],
    ['mkdir', 30, { 'mkdir volume': 30 }, EMPTY_VOLUME],
    ['mkdir', 2, { 'mkdir volume': 2 }, EMPTY_VOLUME],
    ['create', 13, { 'create volume': 13 }, OWN],
    ['write', 28, { 'write volume': 28 }, OWN],
    ['write', 28, { 'write volume': 'half' }, OWN],
    ['fsync', 5, { 'fsync volume': 5 }, OWN],
    ['fsync', 122, { 'fsync volume': 122 }, OWN],
    ['read', 5, { 'read volume': 5 }, OWN],
    ['write', 28, { 'write volume': 28, 'flush volume': 5 }, OWN],
    ['fsync', 122, { 'fsync volume': 122, 'flush volume': 5 }, OWN],
  ])('fails at %s with errno %i of %j, and removes its file', async (step, errno, faults, left) => {
    await storage.set(faults);
    expect(await testWrite()).toMatchObject({ outcome: 'failed', failure: { step, errno } });
    expect(await files()).toEqual(left);
    await storage.set({});
    expect(await testWrite()).toEqual({ outcome: 'written' });
  });

  test('fails at read, too, where what was read cannot be closed', async () => {
    await storage.set({ 'read volume': 'hang' });
    const stuck = testWrite();
    await untilHanging('read volume');
    await storage.set({ 'read volume': 116, 'flush volume': 5 });
    expect(await stuck).toMatchObject({ outcome: 'failed', failure: { step: 'read', errno: 116 } });
  });

  test('fails where its file cannot be removed, unless something failed before', async () => {
    await storage.set({ 'unlink volume': 5 });
    expect(await testWrite()).toMatchObject({ outcome: 'failed', failure: { step: 'unlink', errno: 5 } });
    await storage.set({ 'fsync volume': 122, 'unlink volume': 5 });
    expect(await testWrite()).toMatchObject({ outcome: 'failed', failure: { step: 'fsync', errno: 122 } });
  });

  test('says in words what the storage answered, and nothing of how it was asked', async () => {
    await storage.set({ 'create volume': 13 });
    expect((await testWrite()).failure?.message).toBe('EACCES: permission denied');
  });

  test('says so if something else is read back, past the page cache', async () => {
    await storage.set({ 'read volume': 'garbled' });
    expect(await testWrite()).toEqual({ outcome: 'differs' });
    expect(await files()).toEqual(OWN);
  });

  test('writes a block, and into its own directory only', async () => {
    await storage.set({ 'fsync volume': 'hang' });
    const stuck = testWrite();
    await untilHanging('fsync volume');
    const { 'volume/': _volume, 'volume/.own/': _own, ...written } = await files();
    expect(Object.keys(written)).toEqual([expect.stringMatching(/^volume\/\.own\/write-test-[0-9a-f]{16}$/)]);
    expect(Object.values(written)[0]).toHaveLength(4_096);
    await storage.set({});
    expect(await stuck).toEqual({ outcome: 'written' });
  });

  test.each<[MountStep, Faults]>([
    ['mkdir', { 'mkdir volume': 'hang' }],
    ['create', { 'create volume': 'hang' }],
    ['write', { 'write volume': 'hang' }],
    ['fsync', { 'fsync volume': 'hang' }],
    ['read', { 'read volume': 'hang' }],
    ['unlink', { 'unlink volume': 'hang' }],
  ])('is located at %s while it hangs there, and goes on once it no longer does', async (step, faults) => {
    await storage.set(faults);
    const steps: string[] = [];
    const stuck = testWrite((next) => steps.push(next));
    await untilHanging(`${step} volume`);
    await expect.poll(() => steps.at(-1)).toBe(step);
    await storage.set({});
    expect(await stuck).toEqual({ outcome: 'written' });
    expect(await files()).toEqual(OWN);
  });

  test('is located at the removal that hangs after a step failed, and does not forget the step', async () => {
    await storage.set({ 'fsync volume': 122, 'unlink volume': 'hang' });
    const steps: string[] = [];
    const stuck = testWrite((next) => steps.push(next));
    await untilHanging('unlink volume');
    await expect.poll(() => steps.at(-1)).toBe('unlink');
    await storage.set({});
    expect(await stuck).toMatchObject({ outcome: 'failed', failure: { step: 'fsync', errno: 122 } });
  });

  test('does not care for what is left of another test and goes while it is looked at', async () => {
    const leftover = storage.path('volume/.own/write-test-other');
    mkdirSync(storage.path('volume/.own'));
    writeFileSync(leftover, '');
    utimesSync(leftover, 0, 0);
    await storage.set({ 'unlink volume': 'hang' });
    const asked = testWrite();
    await untilHanging('unlink volume');
    await storage.set({ 'unlink volume': 2, 'create volume': 'hang' });
    await untilHanging('create volume');
    await storage.set({});
    expect(await asked).toEqual({ outcome: 'written' });
  });

  test('reads no other file that is linked to in the place of its own', async () => {
    const theirs = join(rig.directory('elsewhere'), 'file');
    writeFileSync(theirs, Buffer.alloc(4_096));
    await storage.set({ 'flush volume': 'hang' });
    const asked = testWrite();
    await untilHanging('flush volume');
    const [own = ''] = Object.keys(await files()).filter((file) => file.includes('write-test'));
    await promisify(execFile)('sh', ['-c', 'rm "$1" && ln -s "$2" "$1"', 'sh', storage.path(own), theirs]);
    await storage.set({});
    expect(await asked).toMatchObject({ outcome: 'failed', failure: { step: 'read', errno: 40 } });
    expect(await files()).toEqual(OWN);
  });

  test("is not caught by a call of somebody else's that hangs in the volume's directory", async () => {
    await testWrite();
    await storage.set({ 'mkdir volume': 'hang' });
    spawn('mkdir', [storage.path('volume/theirs')], { cwd: '/', stdio: 'ignore', detached: true }).unref();
    await untilHanging('mkdir volume');
    expect(await testWrite()).toEqual({ outcome: 'written' });
  });

  test('closes what it opened, however it ends', async () => {
    await testWrite();
    const [pid, ...others] = childrenRunning('mount/child');
    expect(others).toEqual([]);
    const descriptors = () => readdirSync(`/proc/${pid}/fd`).length;
    const before = descriptors();
    for (const operation of ['opendir', 'statfs', 'create', 'write', 'fsync', 'flush', 'open', 'read', 'unlink']) {
      await storage.set({ [`${operation} volume`]: 5 });
      expect(await testWrite()).toMatchObject({ outcome: 'failed' });
    }
    expect(descriptors()).toBe(before);
  });
});
