import { describe, expect, test } from 'vitest';
import { readFailure, readTimeout } from '../../backends/failure.ts';
import { OwnTrouble } from '../../backends/mount/mount-asker.ts';

describe('asking that failed', () => {
  test.each<[string, unknown, string, string]>([
    ['a worker that was lost', new OwnTrouble('it ended with SIGKILL'), 'CHECK_FAILED', 'it ended with SIGKILL'],
    ['no worker left', new OwnTrouble('128 are stuck', 'TOO_MANY_STUCK'), 'TOO_MANY_STUCK', '128 are stuck'],
    ['an error nobody foresaw', new TypeError('x is not a function'), 'CHECK_FAILED', 'x is not a function'],
    ['something that is no error', 'boom', 'CHECK_FAILED', 'boom'],
  ])('is unknown, and says nothing against the storage: %s', (_, error, reason, info) => {
    expect(readFailure(error)).toMatchObject({ status: 'unknown', reason, info });
  });
});

describe('a check that does not answer', () => {
  const silence = { name: 'mount', timeoutMs: 5_000, waitedMs: 5_000, stuckAfterMs: 60_000 } as const;

  test('is unknown at first', () => {
    expect(readTimeout(silence)).toEqual({
      status: 'unknown',
      reason: 'CHECK_TIMEOUT',
      summary: 'no answer in time',
      info: 'no answer within 5 s',
    });
  });

  test('of a mount fails once the same call has been stuck for long', () => {
    expect(readTimeout({ ...silence, waitedMs: 60_000, step: 'statfs' })).toEqual({
      status: 'fail',
      reason: 'MOUNT_STUCK',
      summary: 'a call on the mount does not return',
      info: 'statfs does not return: the same call has been out for more than 60 s',
    });
  });

  test('of an API stays unknown, however long it takes', () => {
    expect(readTimeout({ ...silence, name: 'backend', waitedMs: 600_000 })).toMatchObject({ status: 'unknown' });
  });

  test('of a write test is a warning, however long it takes', () => {
    expect(readTimeout({ ...silence, name: 'write', waitedMs: 600_000, step: 'fsync' })).toEqual({
      status: 'warn',
      reason: 'WRITE_FAILED',
      summary: 'a test file could not be written in time',
      info: 'fsync does not return: no answer within 5 s',
    });
  });

  test('says the same words however long it has been', () => {
    const first = readTimeout({ ...silence, waitedMs: 60_000, step: 'stat' });
    expect(readTimeout({ ...silence, waitedMs: 9_000_000, step: 'stat' })).toEqual(first);
  });
});
