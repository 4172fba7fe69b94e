import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { parseMountinfo } from '../../../backends/mount/mountinfo.ts';
import { forkWorker } from '../../../backends/mount/worker.ts';
import { createMountPool, type MountPool } from '../../../backends/mount/worker-pool.ts';
import { childrenRunning } from '../../rigs/processes.ts';
import { look } from '../../questions.ts';

const isLinux = process.platform === 'linux';
const workers = () => childrenRunning('mount/child');
const unlessLinux = isLinux ? '' : ' (skipped: needs /proc)';

describe('a worker process', () => {
  const pool = createMountPool();
  let root = '';
  const at = (name: string) => join(root, name);
  beforeAll(() => {
    root = mkdtempSync(join(tmpdir(), 'volhealth-child-'));
    mkdirSync(at('volume'));
    writeFileSync(at('file'), '');
    symlinkSync(at('volume'), at('link'));
    symlinkSync(at('nowhere'), at('dangling'));
  });
  afterAll(() => {
    pool.stop();
    rmSync(root, { recursive: true });
  });

  test('says all that there is to say of a directory, step by step', async () => {
    const steps: string[] = [];
    const evidence = await pool.ask(look(at('volume')), (step) => steps.push(step));
    expect(evidence).toMatchObject({ stat: { isDirectory: true }, opened: true });
    expect(evidence.failure).toBeUndefined();
    expect(evidence.statfs?.blocks).toBeTypeOf('bigint');
    expect(steps).toEqual(isLinux ? ['identity', 'stat', 'open', 'statfs'] : ['stat', 'open', 'statfs']);
  });

  test.skipIf(!isLinux)(`names the mount of the path, and where the path leads${unlessLinux}`, async () => {
    const mounts = parseMountinfo(readFileSync('/proc/self/mountinfo', 'utf8'));
    const { mountId = 0, realPath } = await pool.ask(look('/proc/self/../sys'));
    expect(mounts.get(mountId)).toMatchObject({ mountPoint: '/proc' });
    expect(await pool.ask(look(at('link')))).toMatchObject({ realPath: at('volume') });
    expect(realPath).toBe('/proc/sys');
  });

  test('follows a symbolic link', async () => {
    expect(await pool.ask(look(at('link')))).toMatchObject({ stat: { isDirectory: true }, opened: true });
  });

  test.each([
    ['nowhere', 2],
    ['dangling', 2],
    ['file/below', 20],
    ['x'.repeat(300), 36],
  ])('answers the errno of %s', async (name, errno) => {
    expect(await pool.ask(look(at(name)))).toMatchObject({ failure: { errno } });
  });

  test('answers that a file is no directory', async () => {
    expect(await pool.ask(look(at('file')))).toMatchObject({
      stat: { isDirectory: false },
      failure: { step: 'open', errno: 20 },
    });
  });

  test.skipIf(!isLinux)(`does not wait for somebody to write to a FIFO${unlessLinux}`, async () => {
    execFileSync('mkfifo', [at('fifo')]);
    expect(await pool.ask(look(at('fifo')))).toMatchObject({ failure: { step: 'open', errno: 20 } });
  });

  test('serves a hundred paths with four processes', async () => {
    const paths = Array.from({ length: 100 }, (_, index) => at(`volume/${'./'.repeat(index)}`));
    const answers = await Promise.all(paths.map((path) => pool.ask(look(path))));
    expect(answers.every(({ opened }) => opened)).toBe(true);
    expect(pool.counts().processes).toBeLessThanOrEqual(4);
  });
});

describe('a worker that babbles', () => {
  const babble = fileURLToPath(new URL('../../rigs/babbling-worker.ts', import.meta.url));

  test.each(['a word that nobody knows', 'an empty answer', 'an answer to another question', 'nothing'])(
    'is lost, with the one call that it was in: %s',
    async (what) => {
      const lost = Promise.withResolvers<string>();
      const events = { onReady() {}, onStep() {}, onAnswer: () => lost.resolve('it answered'), onLost: lost.resolve };
      const worker = forkWorker({ ...events, onReady: () => worker.ask(look(`/${what}`)) }, pathToFileURL(babble));
      expect(await lost.promise).toBe('it said something that cannot be understood');
    },
  );
});

describe.skipIf(!isLinux)(`worker processes${unlessLinux}`, () => {
  let pool: MountPool;
  beforeEach(() => {
    pool = createMountPool();
  });
  afterEach(async () => {
    pool.stop();
    await vi.waitUntil(() => workers().length === 0);
  });

  test('hold nothing of the service: no environment, no directory, no socket but their channel', async () => {
    await pool.ask(look('/'));
    const [pid] = workers();
    const environment = readFileSync(`/proc/${pid}/environ`, 'utf8')
      .split('\0')
      .filter((entry) => entry !== '');
    expect(environment.filter((entry) => !/^NODE_(CHANNEL|COMPILE_CACHE)/.test(entry))).toEqual([]);
    expect(readlinkSync(`/proc/${pid}/cwd`)).toBe('/');
    const targetOf = (fd: number | string) => readlinkSync(`/proc/${pid}/fd/${fd}`);
    expect([0, 1, 2].map(targetOf)).toEqual(['/dev/null', '/dev/null', '/dev/null']);
    const descriptors = readdirSync(`/proc/${pid}/fd`).map(targetOf);
    expect(descriptors.filter((target) => target.startsWith('socket:'))).toHaveLength(1);
  });

  test('cost one call when they are killed, and are replaced', async () => {
    await pool.ask(look('/'));
    const [pid = 0] = workers();
    process.kill(pid, 'SIGSTOP');
    const lost = pool.ask(look('/'));
    process.kill(pid, 'SIGKILL');
    await expect(lost).rejects.toThrow('the process that asks mounts was lost: it ended with SIGKILL');
    await expect.poll(workers).not.toContain(pid);
    expect(await pool.ask(look('/'))).toMatchObject({ opened: true });
    expect(workers()).not.toContain(pid);
  });

  test('let signals pass: the service says when they end', async () => {
    await pool.ask(look('/'));
    const [pid = 0] = workers();
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.kill(pid, signal);
    expect(await pool.ask(look('/'))).toMatchObject({ opened: true });
    expect(workers()).toContain(pid);
  });

  test('are gone once the pool is stopped', async () => {
    await Promise.all(['/', '/proc', '/dev', '/sys'].map((path) => pool.ask(look(path))));
    pool.stop();
    await expect.poll(workers).toEqual([]);
  });

  test('neither keep their service from ending nor outlive it', async () => {
    const service = fileURLToPath(new URL('../../rigs/asking-service.ts', import.meta.url));
    const pids = execFileSync(process.execPath, [service, 'end', '/', '/proc'], { encoding: 'utf8', timeout: 10_000 });
    expect(pids).toMatch(/^\d+ \d+\n$/);
    await expect.poll(() => pids.split(' ').map(Number).filter(isRunning)).toEqual([]);
  });
});

function isRunning(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
