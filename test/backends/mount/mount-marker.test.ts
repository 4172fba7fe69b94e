import { describe, expect, test } from 'vitest';
import { judgeMount, type MountMemory, NO_MEMORY } from '../../../backends/mount/judge-mount.ts';
import type { MountLook } from '../../../backends/mount/mount-look.ts';
import { type LookOptions, lookAt, ROOT, XFS } from './looks.ts';

const RIGHT = { text: 'volume1' };
const ABSENT = { absent: true } as const;

/** The last of several looks, each with what was remembered of those before. */
function judge(...looks: LookOptions[]) {
  let memory: MountMemory = NO_MEMORY;
  const answers = looks.map((options) => {
    const look: MountLook = lookAt(options);
    const judged = judgeMount(look, memory);
    memory = judged.memory;
    return judged.answer;
  });
  return answers.at(-1);
}

describe('the marker of a volume', () => {
  test('that names it is noted', () => {
    expect(judge({ marker: RIGHT })).toMatchObject({
      status: 'pass',
      info: expect.stringMatching(/its marker is right/),
    });
  });

  test('that never was there is noted, and no fault', () => {
    expect(judge({ marker: ABSENT })).toMatchObject({
      status: 'pass',
      info: expect.stringMatching(/its identity is unverified: no marker file$/),
    });
  });

  test('that cannot be read is noted, and no fault', () => {
    expect(judge({ marker: { unreadable: 'the right to read it is missing' } })).toMatchObject({
      status: 'pass',
      info: expect.stringMatching(/unverified: .*\.backend\.ai-volume: the right to read it is missing$/),
    });
  });

  test('that names another volume is evidence against the mount', () => {
    expect(judge({ marker: { text: 'volume2' } })).toMatchObject({
      status: 'fail',
      reason: 'WRONG_MARKER',
      info: '/v/a/.backend.ai-volume says "volume2", expected "volume1"',
    });
  });

  test('that was not read is noted, and no fault unless it must be there', () => {
    const unread = { ...lookAt(), marker: null };
    expect(judgeMount(unread, NO_MEMORY).answer).toMatchObject({
      status: 'pass',
      info: expect.stringMatching(/its identity is unverified: its marker was not read in time$/),
    });
    const required = { ...unread, expectation: { marker: true } };
    expect(judgeMount(required, NO_MEMORY).answer).toMatchObject({ status: 'unknown', reason: 'CHECK_FAILED' });
  });

  test('may hold another text that the configuration names', () => {
    const expectation = { marker: 'a7f0' };
    expect(judge({ expectation, marker: { text: 'a7f0' } })).toMatchObject({ status: 'pass' });
    expect(judge({ expectation, marker: RIGHT })).toMatchObject({ reason: 'WRONG_MARKER' });
  });

  test.each([true, 'a7f0'])('must be there if the configuration says %j', (marker) => {
    expect(judge({ expectation: { marker }, marker: ABSENT })).toMatchObject({
      status: 'fail',
      reason: 'MARKER_MISSING',
    });
  });

  test('is let be if the configuration says false', () => {
    const answer = judge({ expectation: { marker: false }, marker: { text: 'volume2' } });
    expect(answer).toMatchObject({ status: 'pass', info: expect.not.stringMatching(/marker/) });
  });

  test('that vanishes from an unchanged mount is a warning, until it is back', () => {
    expect(judge({ marker: RIGHT }, { marker: ABSENT })).toMatchObject({ status: 'warn', reason: 'MARKER_VANISHED' });
    expect(judge({ marker: RIGHT }, { marker: ABSENT }, { marker: ABSENT })?.reason).toBe('MARKER_VANISHED');
    expect(judge({ marker: RIGHT }, { marker: ABSENT }, { marker: RIGHT })?.reason).toBe('OK');
  });

  test.each<[string, LookOptions]>([
    ['was mounted anew', { mountId: 99 }],
    ['is another device', { stat: { dev: 2n } }],
    ['was made at another time, though its numbers are the same', { stat: { bornNs: 8n } }],
  ])('that is not on what %s is evidence against it', (_, options) => {
    expect(judge({ marker: RIGHT }, { marker: ABSENT, ...options })).toMatchObject({
      status: 'fail',
      reason: 'MARKER_MISSING',
    });
  });

  test('that vanishes is a warning where nothing is known of when the directory was made', () => {
    const [unknown, known] = [{ stat: { bornNs: 0n } }, { stat: { bornNs: 8n } }];
    expect(judge({ marker: RIGHT, ...unknown }, { marker: ABSENT, ...known })?.reason).toBe('MARKER_VANISHED');
    expect(judge({ marker: RIGHT, ...known }, { marker: ABSENT, ...unknown })?.reason).toBe('MARKER_VANISHED');
  });

  test('is known again on the same file system that was mounted anew', () => {
    const answer = judge({ marker: RIGHT }, { marker: RIGHT, mountId: 99 }, { marker: ABSENT, mountId: 99 });
    expect(answer?.reason).toBe('MARKER_VANISHED');
  });

  test('beneath a mount that comes later says nothing about the mount', () => {
    expect(judge({ row: ROOT, marker: RIGHT }, { row: XFS, marker: ABSENT })).toMatchObject({ status: 'pass' });
  });

  test('that must be there, but may not be read, cannot be told', () => {
    const marker = { unreadable: 'the right to read it is missing', lacksRight: true } as const;
    expect(judge({ expectation: { marker: true }, marker })).toMatchObject({
      status: 'unknown',
      reason: 'NO_PERMISSION',
    });
  });

  test.each<[object, string]>([
    [{ marker: true }, 'OK'],
    [{}, 'WRONG_MOUNT'],
    [{ marker: true, source: '/dev/sdb1' }, 'WRONG_MOUNT'],
  ])('makes it the same storage under another name, where the configuration goes by it: %j', (expectation, reason) => {
    const renamed = { row: { ...XFS, source: '/dev/sdc1' } };
    expect(judge({ marker: RIGHT, expectation }, { marker: RIGHT, expectation, ...renamed })?.reason).toBe(reason);
  });

  test('beneath a mount that is gone vouches for nothing', () => {
    expect(judge({ row: XFS, marker: RIGHT }, { row: ROOT, marker: RIGHT })?.reason).toBe('NOT_MOUNTED');
  });

  test('speaks after the identity of the mount', () => {
    const answer = judge({ row: ROOT, expectation: { required: true }, marker: { text: 'volume2' } });
    expect(answer?.reason).toBe('NOT_MOUNTED');
  });
});
