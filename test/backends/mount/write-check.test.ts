import { describe, expect, test } from 'vitest';
import type { CheckAnswer } from '../../../backends/backend.ts';
import type { MountAsker } from '../../../backends/mount/mount-asker.ts';
import type { MountQuestion, WriteEvidence } from '../../../backends/mount/mount-question.ts';
import { writeCheck } from '../../../backends/mount/write-check.ts';
import { volumeAt } from '../volumes.ts';

const never = new AbortController().signal;
const GOOD: CheckAnswer = { status: 'pass', reason: 'OK', summary: 'mounted', info: null };

/** A write check on mount 61, of which the mount check says `seen`, and what it asked. */
function checkOf(evidence: WriteEvidence, seen: CheckAnswer = GOOD) {
  const asked: MountQuestion[] = [];
  const askMount = (async (question) => {
    asked.push(question);
    return evidence;
  }) as MountAsker;
  const mount = { look: async () => ({ answer: seen, mountId: 61 }) };
  const check = writeCheck(volumeAt({ path: '/v/a', askMount }), { intervalMs: 300_000, mount });
  return { check, asked };
}

const failing = (errno: number): WriteEvidence => ({
  outcome: 'failed',
  failure: { step: 'fsync', errno, message: `errno ${errno}` },
});

describe('the write check', () => {
  test('passes once a file was written and read back, on the mount that was seen', async () => {
    const { check, asked } = checkOf({ outcome: 'written' });
    expect(await check.ask(never)).toMatchObject({ status: 'pass', reason: 'OK' });
    expect(asked).toEqual([
      { act: 'write', path: '/v/a', mountId: 61, directory: expect.stringMatching(/^\.volhealth-[\w.-]+$/) },
    ]);
  });

  test.each(['fail', 'unknown'] as const)('writes nothing where the mount check says %s', async (status) => {
    const seen: CheckAnswer = { status, reason: 'NOT_MOUNTED', summary: 'nothing is mounted', info: '/v/a is empty' };
    const { check, asked } = checkOf({ outcome: 'written' }, seen);
    expect(await check.ask(never)).toMatchObject({ status: 'unknown', reason: 'NOT_CHECKED', info: '/v/a is empty' });
    expect(asked).toEqual([]);
  });

  test('writes where the mount is merely impaired', async () => {
    const { check } = checkOf({ outcome: 'written' }, { ...GOOD, status: 'warn', reason: 'NEARLY_FULL' });
    expect(await check.ask(never)).toMatchObject({ status: 'pass' });
  });

  test('says nothing of a path at which something else was mounted meanwhile', async () => {
    const { check } = checkOf({ outcome: 'moved' });
    expect(await check.ask(never)).toMatchObject({ status: 'unknown', reason: 'NOT_CHECKED' });
  });

  test.each<[number, string, string]>([
    [5, 'WRITE_FAILED', 'a test file could not be written'],
    [13, 'WRITE_FAILED', 'a test file was refused'],
    [28, 'FULL', 'no space left'],
    [30, 'READ_ONLY', 'files cannot be written: the file system is read-only'],
    [122, 'WRITE_FAILED', 'a test file could not be written: the quota is used up'],
  ])('warns of errno %i: %s, "%s"', async (errno, reason, summary) => {
    expect(await checkOf(failing(errno)).check.ask(never)).toEqual({
      status: 'warn',
      reason,
      summary,
      info: expect.stringMatching(`^fsync in /v/a/\\.volhealth-\\S+ answered errno ${errno}: errno ${errno}$`),
    });
  });

  test('warns of a file that is read back with other content, and of too little space to try', async () => {
    expect(await checkOf({ outcome: 'differs' }).check.ask(never)).toMatchObject({ reason: 'WRITE_FAILED' });
    expect(await checkOf({ outcome: 'full' }).check.ask(never)).toMatchObject({ status: 'warn', reason: 'FULL' });
  });

  test('names no step of the test before while it waits for the mount', async () => {
    const askMount = (async (_question, onStep) => {
      onStep?.('fsync');
      return { outcome: 'written' };
    }) as MountAsker;
    const looks = [Promise.resolve({ answer: GOOD, mountId: 61 }), new Promise<never>(() => {})];
    const mount = { look: () => looks.shift() as Promise<{ answer: CheckAnswer; mountId: number }> };
    const check = writeCheck(volumeAt({ path: '/v/a', askMount }), { intervalMs: 300_000, mount });
    await check.ask(never);
    expect(check.pendingStep?.()).toBe('fsync');
    void check.ask(never);
    expect(check.pendingStep?.()).toBeNull();
  });

  test.each([
    [300_000, 15_000],
    [1_000, 800],
  ])('has an interval and a time of its own: every %i ms it waits %i ms', (intervalMs, timeoutMs) => {
    const mount = { look: async () => ({ answer: GOOD, mountId: 61 }) };
    const check = writeCheck(volumeAt({ path: '/v/a', timeoutMs: 5_000 }), { intervalMs, mount });
    expect(check).toMatchObject({ name: 'write', intervalMs, timeoutMs });
  });
});
