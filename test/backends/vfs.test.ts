import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createMountPool } from '../../backends/mount/worker-pool.ts';
import { vfs } from '../../backends/vfs.ts';
import { volumeAt } from './volumes.ts';

describe('vfs on a directory of this machine', () => {
  const pool = createMountPool();
  let directory = '';
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'volhealth-vfs-'));
  });
  afterEach(() => {
    pool.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  test('passes, and fails once the directory is gone', async () => {
    const [check] = vfs.open(volumeAt({ path: directory, capacityWarnPercent: 100, askMount: pool.ask }));
    expect(await check?.ask(AbortSignal.timeout(5_000))).toMatchObject({ status: 'pass', reason: 'OK' });
    rmSync(directory, { recursive: true });
    expect(await check?.ask(AbortSignal.timeout(5_000))).toMatchObject({ status: 'fail', reason: 'PATH_MISSING' });
  });
});
