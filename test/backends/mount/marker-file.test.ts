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
import { look, readMarker } from '../../questions.ts';

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
  const marker = async () => (await pool.ask(readMarker(volume))).marker;

  test('is absent, or read without the blanks around it', async () => {
    expect(await marker()).toEqual({ absent: true });
    writeFileSync(file(), ' volume1\r\n\n');
    expect(await marker()).toEqual({ text: 'volume1' });
  });

  test('is read no further than 256 bytes', async () => {
    writeFileSync(file(), 'x'.repeat(1_000));
    expect(await marker()).toEqual({ text: 'x'.repeat(256) });
  });

  test.skipIf(!isLinux)('is not read on another mount than the one that was looked at', async () => {
    writeFileSync(file(), 'volume1');
    expect(await pool.ask({ ...readMarker(volume), mountId: 1 })).toEqual({ outcome: 'moved' });
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

  test('is for all to read, whatever the mask of who puts it there', async () => {
    const before = process.umask(0o077);
    try {
      expect(await put(volume)).toEqual({ outcome: 'marked' });
    } finally {
      process.umask(before);
    }
    expect(statSync(file()).mode & 0o777).toBe(0o644);
  });

  test('is never put in the place of another, whatever that holds', async () => {
    for (const text of ['volume2\n', 'volume1\n', 'x']) {
      writeFileSync(file(), text);
      expect(await put(volume)).toEqual({ outcome: 'taken', found: { text: text.trim() } });
      expect(readFileSync(file(), 'utf8')).toBe(text);
    }
  });

  test("is nobody's while it is empty, as a writer leaves it that was killed", async () => {
    writeFileSync(file(), '');
    expect(await marker()).toEqual({ unreadable: 'it is empty' });
    expect(await put(volume)).toEqual({ outcome: 'marked' });
    expect(await marker()).toEqual({ text: 'volume1' });
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

function linkedMarker(path: string): string {
  const target = `${path}-elsewhere`;
  writeFileSync(target, 'volume1\n');
  return target;
}
