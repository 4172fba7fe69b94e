import {
  lutimesSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createMountPool, type MountPool } from '../../../backends/mount/worker-pool.ts';
import { look } from '../../questions.ts';
import { createMountRig, type MountRig, unlessMounts, whyNoMounts } from '../../rigs/mounts.ts';

describe.skipIf(whyNoMounts !== null)(`the write test on a real mount${unlessMounts}`, () => {
  let rig: MountRig;
  let pool: MountPool;
  let path: string;
  beforeEach(() => {
    rig = createMountRig();
    pool = createMountPool();
    path = rig.directory('volume');
    rig.mount('-t', 'tmpfs', '-o', 'size=8m', 'scratch', path);
  });
  afterEach(() => {
    pool.stop();
    rig.remove();
  });
  const own = (...names: string[]) => join(path, '.own', ...names);
  const testWrite = (mountId: number | null = null) => pool.ask({ act: 'write', path, mountId, directory: '.own' });

  test('leaves nothing behind but a directory that is closed to others', async () => {
    const { mountId = 0 } = await pool.ask(look(path));
    expect(await testWrite(mountId)).toEqual({ outcome: 'written' });
    expect(await testWrite(mountId)).toEqual({ outcome: 'written' });
    expect(readdirSync(path)).toEqual(['.own']);
    expect(readdirSync(own())).toEqual([]);
    expect(statSync(own()).mode & 0o777).toBe(0o700);
  });

  test('makes each step known before it is made', async () => {
    const steps: string[] = [];
    await pool.ask({ act: 'write', path, mountId: null, directory: '.own' }, (step) => steps.push(step));
    expect(steps).toEqual(['open', 'statfs', 'mkdir', 'list', 'create', 'write', 'fsync', 'read', 'unlink']);
  });

  test('writes nothing more where a hundred test files are left that could not be removed', async () => {
    mkdirSync(own());
    for (let n = 0; n <= 100; n += 1) writeFileSync(join(own(), `write-test-${n}`), '');
    expect(await testWrite()).toEqual({ outcome: 'littered' });
    expect(readdirSync(own())).toHaveLength(101);
  });

  test('writes nothing on another mount than the one that was looked at', async () => {
    const { mountId = 0 } = await pool.ask(look(path));
    rig.umount(path);
    expect(await testWrite(mountId)).toEqual({ outcome: 'moved' });
    expect(readdirSync(path)).toEqual([]);
  });

  test('writes nothing where its own directory is another mount', async () => {
    mkdirSync(own());
    rig.mount('-t', 'tmpfs', 'another', own());
    const before = statSync(own()).mtimeMs;
    expect(await testWrite()).toEqual({ outcome: 'moved' });
    expect(statSync(own()).mtimeMs).toBe(before);
  });

  test('writes nothing where less than 1 MiB is left', async () => {
    writeFileSync(join(path, 'filler'), Buffer.alloc(7.5 * 2 ** 20));
    expect(await testWrite()).toEqual({ outcome: 'full' });
    expect(readdirSync(path)).toEqual(['filler']);
  });

  test('does without a read past the page cache where the file system has none', async () => {
    rig.umount(path);
    rig.mount('-t', 'ramfs', 'ramfs', path);
    expect(await testWrite()).toEqual({ outcome: 'written' });
  });

  test.each([
    ['mkdir', []],
    ['create', ['.own']],
  ] as const)('is stopped at %s where the mount is read-only and there is %j', async (step, before) => {
    for (const name of before) mkdirSync(join(path, name));
    rig.mount('-o', 'remount,ro', path);
    expect(await testWrite()).toMatchObject({ outcome: 'failed', failure: { step, errno: 30 } });
    expect(readdirSync(path)).toEqual(before);
  });

  test('removes what is left of tests of more than an hour ago, and nothing else', async () => {
    mkdirSync(own());
    for (const [name, hours] of [
      ['write-test-old', 1.1],
      ['write-test-new', 0.9],
      ['notes', 99],
    ] as const) {
      writeFileSync(own(name), '');
      const atSeconds = Date.now() / 1_000 - hours * 3_600;
      utimesSync(own(name), atSeconds, atSeconds);
    }
    expect(await testWrite()).toEqual({ outcome: 'written' });
    expect(readdirSync(own()).toSorted()).toEqual(['notes', 'write-test-new']);
  });

  test('looks at no more than a thousand files for what is left', async () => {
    mkdirSync(own());
    for (let index = 0; index < 1_500; index += 1) {
      writeFileSync(own(`write-test-${index}`), '');
      utimesSync(own(`write-test-${index}`), 0, 0);
    }
    expect(await testWrite()).toEqual({ outcome: 'written' });
    expect(readdirSync(own())).toHaveLength(500);
    expect(await testWrite()).toEqual({ outcome: 'written' });
    expect(readdirSync(own())).toEqual([]);
  });

  test('has its directory made by two at once', async () => {
    for (const directory of Array.from({ length: 20 }, (_, index) => `.own${index}`)) {
      const asked = [path, `${path}/.`].map((same) => pool.ask({ act: 'write', path: same, mountId: null, directory }));
      expect(await Promise.all(asked)).toEqual([{ outcome: 'written' }, { outcome: 'written' }]);
    }
  });

  test('is not put off by things in its directory that somebody else planted', async () => {
    const elsewhere = rig.directory('elsewhere');
    writeFileSync(join(elsewhere, 'file'), 'theirs');
    mkdirSync(own('write-test-directory'), { recursive: true });
    symlinkSync(join(elsewhere, 'file'), own('write-test-link'));
    utimesSync(own('write-test-directory'), 0, 0);
    lutimesSync(own('write-test-link'), 0, 0);
    expect(await testWrite()).toEqual({ outcome: 'written' });
    expect(readFileSync(join(elsewhere, 'file'), 'utf8')).toBe('theirs');
  });

  test.each(['a directory', 'nothing'])(
    'does not follow a link to %s in the place of its directory',
    async (target) => {
      const elsewhere = rig.directory('elsewhere');
      symlinkSync(target === 'nothing' ? join(elsewhere, 'nothing') : elsewhere, own());
      expect(await testWrite()).toMatchObject({ outcome: 'failed', failure: { step: 'mkdir', errno: 20 } });
      expect(readdirSync(elsewhere)).toEqual([]);
    },
  );

  test('lets a file be that is in the place of its directory', async () => {
    writeFileSync(own(), 'theirs');
    expect(await testWrite()).toMatchObject({ outcome: 'failed', failure: { step: 'mkdir', errno: 20 } });
    expect(readFileSync(own(), 'utf8')).toBe('theirs');
  });
});
