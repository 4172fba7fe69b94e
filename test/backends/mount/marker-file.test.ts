import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { MARKER_NAME } from '../../../backends/mount/mount-question.ts';
import { createMountPool, type MountPool } from '../../../backends/mount/worker-pool.ts';
import { look } from '../../questions.ts';
import { type FaultFs, mountFaultFs, unlessFuse, whyNoFuse } from '../../rigs/faultfs.ts';
import { createMountRig, type MountRig } from '../../rigs/mounts.ts';
import { childrenRunning } from '../../rigs/processes.ts';

const MARKER = `volume/${MARKER_NAME}`;
const isLinux = process.platform === 'linux';

let pool: MountPool;
beforeEach(() => {
  pool = createMountPool();
});
afterEach(() => {
  pool.stop();
});
const put = (path: string, { text = 'volume1', mountId = null as number | null } = {}) =>
  pool.ask({ act: 'mark', path, mountId, text });

describe('the marker file of a directory', () => {
  let volume: string;
  beforeEach(() => {
    volume = mkdtempSync(join(tmpdir(), 'volhealth-marker-'));
  });
  afterEach(() => {
    rmSync(volume, { recursive: true });
  });
  const file = () => join(volume, MARKER_NAME);
  const marker = async () => (await pool.ask(look(volume))).marker;

  test('is absent, or read without the blanks around it', async () => {
    expect(await marker()).toEqual({ absent: true });
    writeFileSync(file(), ' volume1\r\n\n');
    expect(await marker()).toEqual({ text: 'volume1' });
  });

  test('is read no further than 256 bytes', async () => {
    writeFileSync(file(), 'x'.repeat(1_000));
    expect(await marker()).toEqual({ text: 'x'.repeat(256) });
  });

  test('is not read where that is not wanted', async () => {
    writeFileSync(file(), 'volume1');
    expect((await pool.ask({ ...look(volume), marker: false })).marker).toBeUndefined();
  });

  test.each<[string, (path: string) => void]>([
    ['a directory', (path) => mkdirSync(path)],
    ['a link to a marker', (path) => symlinkSync(linkedMarker(path), path)],
    ['a link to nothing', (path) => symlinkSync('nowhere', path)],
  ])('cannot be %s', async (_, plant) => {
    plant(file());
    expect(await marker()).toEqual({ unreadable: 'it is no regular file' });
    expect(await put(volume)).toEqual({ outcome: 'taken', found: { unreadable: 'it is no regular file' } });
  });

  test.skipIf(!isLinux)('cannot be a FIFO, for whose writer nobody waits', async () => {
    execFileSync('mkfifo', [file()]);
    expect(await marker()).toEqual({ unreadable: 'it is no regular file' });
  });

  test.skipIf(!isLinux)('cannot be a socket', async () => {
    const server = createServer().listen(file());
    await once(server, 'listening');
    expect(await marker()).toEqual({ unreadable: 'it is no regular file' });
    server.close();
  });

  test('is put there, for all to read', async () => {
    expect(await put(volume)).toEqual({ outcome: 'marked' });
    expect(readFileSync(file(), 'utf8')).toBe('volume1\n');
    expect(statSync(file()).mode & 0o777).toBe(0o644);
    expect(await marker()).toEqual({ text: 'volume1' });
  });

  test('is never put in the place of another, whatever that holds', async () => {
    for (const text of ['volume2\n', 'volume1\n', '']) {
      writeFileSync(file(), text);
      expect(await put(volume)).toEqual({ outcome: 'taken', found: { text: text.trim() } });
      expect(readFileSync(file(), 'utf8')).toBe(text);
    }
  });

  test('is put there by one of two at once', async () => {
    const outcomes = await Promise.all(['volume1', 'volume2'].map((text) => put(volume, { text })));
    expect(outcomes.map(({ outcome }) => outcome).toSorted()).toEqual(['marked', 'taken']);
    const winner = outcomes[0]?.outcome === 'marked' ? 'volume1' : 'volume2';
    expect(readFileSync(file(), 'utf8')).toBe(`${winner}\n`);
  });

  test.skipIf(!isLinux)('is not put on another mount than the one that was looked at', async () => {
    const { mountId = 0 } = await pool.ask(look(volume));
    expect(await put(volume, { mountId: mountId + 1 })).toEqual({ outcome: 'moved' });
    expect(readdirSync(volume)).toEqual([]);
    expect(await put(volume, { mountId })).toEqual({ outcome: 'marked' });
  });
});

describe.skipIf(whyNoFuse !== null)(`the marker file on a hung or failing mount${unlessFuse}`, () => {
  let rig: MountRig;
  let storage: FaultFs;
  beforeEach(async () => {
    rig = createMountRig();
    storage = await mountFaultFs(rig.directory('volumes'), ['volume']);
  });
  afterEach(() => {
    pool.stop();
    storage.kill();
    rig.remove();
  });
  const volume = () => storage.path('volume');
  const marker = async () => (await storage.state()).files[MARKER];
  const untilHanging = async (request: string) => {
    await expect.poll(async () => (await storage.state()).hanging, { timeout: 10_000 }).toContain(request);
  };

  test.each(['open', 'read'] as const)('whose %s fails is a failure of the volume', async (operation) => {
    await put(volume());
    await storage.set({ [`${operation} volume`]: 5 });
    const evidence = await pool.ask(look(volume()));
    expect(evidence).toMatchObject({ opened: true, failure: { step: 'marker', errno: 5 } });
    expect(evidence.marker).toBeUndefined();
  });

  test('whose failure is followed by another when it is closed is the first of them', async () => {
    await put(volume());
    await storage.set({ 'read volume': 116, 'flush volume': 5 });
    expect(await pool.ask(look(volume()))).toMatchObject({ failure: { step: 'marker', errno: 116 } });
  });

  test.each([
    [13, 'the right to read it is missing'],
    [11, 'somebody holds a lease on it'],
  ])('whose open answers errno %i is unreadable: %s; and the look goes on', async (errno, unreadable) => {
    await put(volume());
    await storage.set({ 'open volume': errno });
    const evidence = await pool.ask(look(volume()));
    expect(evidence).toMatchObject({ marker: { unreadable } });
    expect(evidence.statfs).toBeDefined();
  });

  test('is where a look hangs whose open does not return', async () => {
    await put(volume());
    await storage.set({ 'open volume': 'hang' });
    const steps: string[] = [];
    const stuck = pool.ask(look(volume()), (step) => steps.push(step));
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
    await put(volume(), { text: 'volume2' });
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
      expect(await pool.ask(look(volume()))).toMatchObject({ failure: { errno: 5 } });
    }
    await storage.set({});
    await pool.ask(look(volume()));
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

function linkedMarker(path: string): string {
  const target = `${path}-elsewhere`;
  writeFileSync(target, 'volume1\n');
  return target;
}
