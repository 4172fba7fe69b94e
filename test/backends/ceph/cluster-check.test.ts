import { describe, expect, test } from 'vitest';
import { clusterCheck } from '../../../backends/ceph/cluster-check.ts';
import { type CephCommand, CephFailed } from '../../../backends/ceph/ceph-command.ts';
import { FS_GET, FS_LS, HEALTHY, healthWith } from './clusters.ts';

const never = new AbortController().signal;
const ACCESS = { fs: 'vol', conf: '/etc/ceph/ceph.conf', client: 'client.volhealth' };

/** A check of a cluster that prints these answers, by the command; it notes what it is asked. */
function checkOf(answers: Record<string, unknown>, timeoutMs = 10_000) {
  const asked: string[] = [];
  const ceph: CephCommand = async (args) => {
    asked.push(args.join(' '));
    const answer = answers[args.join(' ')];
    if (answer instanceof Error) throw answer;
    return typeof answer === 'string' ? answer : JSON.stringify(answer);
  };
  return { check: clusterCheck({ intervalMs: 30_000, timeoutMs }, ACCESS, ceph), asked };
}

const WELL = { 'fs get vol': FS_GET, 'health detail': HEALTHY };

describe('the check of a cluster', () => {
  test('asks the monitors for the file system and for their health, and no more', async () => {
    const { check, asked } = checkOf(WELL);
    expect(await check.ask(never)).toMatchObject({ status: 'pass', summary: '1 of 1 metadata servers active' });
    expect(asked).toEqual(['fs get vol', 'health detail']);
    expect(check).toMatchObject({ name: 'backend', isAdvisory: true, intervalMs: 30_000, timeoutMs: 10_000 });
  });

  test('asks for the names of the pools where one of them is full', async () => {
    const full = { ...WELL, 'fs ls': FS_LS, 'health detail': healthWith('POOL_FULL', "pool 'vol_data' is full") };
    expect(await checkOf(full).check.ask(never)).toMatchObject({ status: 'warn', reason: 'STORAGE_DEGRADED' });
    const others = { ...full, 'health detail': healthWith('POOL_FULL', "pool 'other_data' is full") };
    expect(await checkOf(others).check.ask(never)).toMatchObject({ status: 'pass' });
  });

  test.each<[string, unknown, string]>([
    ['its program is missing', new CephFailed('missing', 'not installed'), 'TOOL_MISSING'],
    ['it refuses us', new CephFailed('refused', '[errno 13] RADOS permission denied'), 'API_AUTH_FAILED'],
    ['it has no such file system', new CephFailed('unknown name', "filesystem 'vol' not found"), 'FILESYSTEM_MISSING'],
    ['it has no quorum', new CephFailed('failed', '[errno 110] RADOS timed out'), 'API_UNREACHABLE'],
    ['it answers rubbish', '<html>', 'API_BAD_ANSWER'],
    ['it answers something else', { mdsmap: {} }, 'API_BAD_ANSWER'],
    ['it answers nothing', '', 'API_BAD_ANSWER'],
  ])('warns where %s: the mount says whether the volume can be used', async (_, answer, reason) => {
    const { check } = checkOf({ ...WELL, 'fs get vol': answer });
    expect(await check.ask(never)).toMatchObject({ status: 'warn', reason, info: expect.any(String) });
  });

  test('warns where it does not answer, before its own time is up', async () => {
    const check = clusterCheck({ intervalMs: 30_000, timeoutMs: 25 }, ACCESS, () => new Promise<never>(() => {}));
    expect(await check.ask(never)).toEqual({
      status: 'warn',
      reason: 'API_UNREACHABLE',
      summary: 'the cluster cannot be asked',
      info: 'no answer within 0.022 s',
    });
  });
});
