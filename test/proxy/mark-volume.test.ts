import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MARKER_NAME } from '../../backends/mount/mount-question.ts';
import { createMountPool, type MountPool } from '../../backends/mount/worker-pool.ts';
import { systemClock } from '../../cli/system-clock.ts';
import { markVolume, type MarkOptions } from '../../proxy/mark-volume.ts';
import { VolumeConfig } from '../../schema/proxy-config.ts';
import { type FaultFs, mountFaultFs, unlessFuse, whyNoFuse } from '../rigs/faultfs.ts';
import { createMountRig, type MountRig, unlessMounts, whyNoMounts } from '../rigs/mounts.ts';

let pool: MountPool;
beforeEach(() => {
  pool = createMountPool();
});
afterEach(() => {
  pool.stop();
});

function mark(config: { path: string } & Record<string, unknown>, options: Partial<MarkOptions> = {}) {
  const volume = VolumeConfig.parse({ backend: 'vfs', ...config });
  return markVolume('volume1', volume, { askMount: pool.ask, clock: systemClock, notAMount: false, ...options });
}

describe('marking a directory that is no mount point', () => {
  let path: string;
  beforeEach(() => {
    path = mkdtempSync(join(tmpdir(), 'volhealth-mark-'));
  });
  afterEach(() => {
    rmSync(path, { recursive: true });
  });

  it('is refused, with what to do', async () => {
    expect(await mark({ path })).toEqual({
      outcome: 'refused',
      details: `${path} is not a mount point; if it is not meant to be one, say --not-a-mount`,
    });
    expect(readdirSync(path)).toEqual([]);
  });

  it('is done where that is said', async () => {
    const file = join(path, MARKER_NAME);
    expect(await mark({ path }, { notAMount: true })).toEqual({ outcome: 'marked', details: file });
    expect(readFileSync(file, 'utf8')).toBe('volume1\n');
  });

  it('is refused, whatever is said, where a mount is required', async () => {
    const { outcome, details } = await mark({ path, mount: { required: true } }, { notAMount: true });
    expect([outcome, details]).toEqual(['refused', expect.stringMatching(/expected a mount of its own/)]);
    expect(readdirSync(path)).toEqual([]);
  });

  it.each([
    [{ mount: { marker: false } }, 'its configuration says `marker = false`'],
    [{ backend: 'noop' }, 'a volume of the backend "noop" is not mounted'],
    [{ backend: 'nosuch' }, 'a volume of the backend "nosuch" is not mounted'],
  ])('is refused with %j', async (config, details) => {
    expect(await mark({ path, ...config }, { notAMount: true })).toEqual({ outcome: 'refused', details });
  });

  it('is refused where the path is not there', async () => {
    const { outcome, details } = await mark({ path: join(path, 'nowhere') }, { notAMount: true });
    expect([outcome, details]).toEqual(['refused', expect.stringMatching(/ENOENT/)]);
  });

  it('is refused once no mount is asked any more', async () => {
    pool.stop();
    expect(await mark({ path }, { notAMount: true })).toEqual({
      outcome: 'refused',
      details: 'mounts are no longer asked: the service is stopping',
    });
  });
});

describe.skipIf(whyNoMounts !== null)(`marking a mount${unlessMounts}`, () => {
  let rig: MountRig;
  let path: string;
  let file: string;
  beforeEach(() => {
    rig = createMountRig();
    path = rig.directory('volume');
    rig.mount('-t', 'tmpfs', 'scratch', path);
    file = join(path, MARKER_NAME);
  });
  afterEach(() => {
    rig.remove();
  });

  it('writes its name once, and knows it again', async () => {
    expect(await mark({ path })).toEqual({ outcome: 'marked', details: file });
    expect(readFileSync(file, 'utf8')).toBe('volume1\n');
    expect(await mark({ path })).toEqual({ outcome: 'already marked', details: file });
  });

  it.each([
    [true, 'volume1'],
    ['a7f0', 'a7f0'],
  ])('is done where the configuration misses the marker %j', async (marker, text) => {
    expect(await mark({ path, mount: { marker } })).toEqual({ outcome: 'marked', details: file });
    expect(readFileSync(file, 'utf8')).toBe(`${text}\n`);
  });

  it("is refused where it is another's", async () => {
    writeFileSync(file, 'volume2');
    expect(await mark({ path })).toEqual({
      outcome: 'refused',
      details: `${file} says "volume2", expected "volume1"`,
    });
    expect(readFileSync(file, 'utf8')).toBe('volume2');
  });

  it('is refused where the marker cannot be read', async () => {
    rig.directory(`volume/${MARKER_NAME}`);
    expect(await mark({ path })).toEqual({
      outcome: 'refused',
      details: `${file} is there already, and cannot be read`,
    });
  });

  it('shows nothing of a marker that a terminal would obey', async () => {
    writeFileSync(file, '\u001b[2Jvolume2\u202e');
    const { details } = await mark({ path });
    expect(details).toBe(`${file} says " [2Jvolume2 ", expected "volume1"`);
  });

  it('is refused where something else than expected is mounted', async () => {
    for (const config of [{ backend: 'xfs' }, { mount: { source: 'other' } }]) {
      const { outcome, details } = await mark({ path, ...config }, { notAMount: true });
      expect([outcome, details]).toEqual(['refused', expect.stringMatching(/expected .*, found tmpfs scratch/)]);
    }
    expect(readdirSync(path)).toEqual([]);
  });

  it('is refused with what the file system answers', async () => {
    rig.mount('-o', 'remount,ro', path);
    expect(await mark({ path })).toEqual({
      outcome: 'refused',
      details: `create of ${file} failed: EROFS: read-only file system`,
    });
  });
});

describe.skipIf(whyNoFuse !== null)(`marking a mount that hangs${unlessFuse}`, () => {
  let rig: MountRig;
  let storage: FaultFs;
  let path: string;
  beforeEach(async () => {
    rig = createMountRig();
    storage = await mountFaultFs(rig.directory('volumes'), ['volume']);
    path = rig.directory('volume');
    rig.mount('--bind', storage.path('volume'), path);
  });
  afterEach(() => {
    pool.stop();
    storage.kill();
    rig.remove();
  });

  it.each([
    ['looked at', { 'getattr volume': 'hang' }],
    ['marked', { 'create volume': 'hang' }],
    ['written through', { 'fsync volume': 'hang' }],
  ] as const)('is refused in time where it hangs when it is %s', async (_, faults) => {
    await storage.set(faults);
    expect(await mark({ path }, { timeoutMs: 800 })).toEqual({
      outcome: 'refused',
      details: 'the storage gave no answer within 0.8 s',
    });
    expect((await storage.state()).hanging).toEqual(Object.keys(faults));
  });

  it('is refused where something else is mounted meanwhile', async () => {
    const asked: string[] = [];
    const askMount: MarkOptions['askMount'] = (question, onStep) => {
      asked.push(question.act);
      if (question.act === 'mark') rig.mount('-t', 'tmpfs', 'another', path);
      return pool.ask(question, onStep);
    };
    expect(await mark({ path }, { askMount })).toEqual({
      outcome: 'refused',
      details: `something else was mounted at ${path} meanwhile`,
    });
    expect(asked).toEqual(['look', 'look', 'marker', 'marker', 'mark']);
    expect(readdirSync(path)).toEqual([]);
    expect((await storage.state()).files).toEqual({ 'volume/': '' });
  });

  it('is refused where another marker comes first', async () => {
    const askMount: MarkOptions['askMount'] = (question, onStep) => {
      if (question.act === 'mark') writeFileSync(join(path, MARKER_NAME), 'volume2');
      return pool.ask(question, onStep);
    };
    expect(await mark({ path }, { askMount })).toEqual({
      outcome: 'refused',
      details: `${path}/${MARKER_NAME} is there already, with "volume2"`,
    });
  });
});
