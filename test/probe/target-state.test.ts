import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../probe/outcome.ts';
import { nextState, type Reading, type TargetState, UNASKED } from '../../probe/target-state.ts';

type State = TargetState<string, Reading>;

const at = (ms: number) => ({ wall: 1_000_000 + ms, mono: ms });
const answered: Outcome<string> = { kind: 'answer', answer: 'hello' };
const timeout: Outcome<string> = { kind: 'timeout', timeoutMs: 5, waitedMs: 5 };

/** Folds outcomes one second apart; a label that starts with "bad" is a failure. */
function after(labels: readonly string[], outcome: Outcome<string> = answered): State {
  return labels.reduce<State>((state, label, i) => {
    const reading = { ok: !label.startsWith('bad'), label };
    return nextState(state, { outcome, reading, startedAt: at(i * 1_000), finishedAt: at(i * 1_000 + 7) });
  }, UNASKED);
}

describe('the state of a target', () => {
  it('follows the evidence at once', () => {
    expect(after(['ok', 'bad']).reading).toEqual({ ok: false, label: 'bad' });
  });

  it.each([
    [['bad'], 'soft', 1],
    [['bad', 'bad'], 'soft', 2],
    [['bad', 'bad', 'bad'], 'hard', 3],
    [['bad', 'bad', 'bad', 'bad'], 'hard', 3],
    [['bad', 'bad', 'ok'], 'hard', 1],
    [['ok', 'bad'], 'soft', 1],
    [['bad', 'bad: otherwise', 'bad'], 'hard', 3],
  ] as const)('after %j is %s, attempt %d', (labels, stateType, attempt) => {
    expect(after(labels)).toMatchObject({ stateType, attempt });
  });

  it('keeps the last answer through outcomes that have none', () => {
    const known = after(['ok']);
    const { lastAnswer } = nextState(known, {
      outcome: timeout,
      reading: { ok: false, label: 'bad' },
      startedAt: at(0),
      finishedAt: at(5),
    });
    expect(lastAnswer).toBe('hello');
  });

  it('has been what it is since its label moved last', () => {
    expect(after(['ok', 'bad', 'bad', 'bad']).since).toEqual(at(1_007));
  });

  it('tells how long the answer took', () => {
    expect(after(['ok']).durationMs).toBe(7);
  });
});
