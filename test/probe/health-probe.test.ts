import { describe, expect, it } from 'vitest';
import { createHealthProbe } from '../../probe/health-probe.ts';
import type { Outcome } from '../../probe/outcome.ts';
import type { Reading } from '../../probe/target-state.ts';
import { createFakeClock, settled } from '../fake-clock.ts';

/** A storage whose answers the test decides, one call at a time. */
function createStorage() {
  const calls: { readonly signal: AbortSignal; readonly answer: PromiseWithResolvers<string> }[] = [];
  return {
    calls,
    ask: (signal: AbortSignal): Promise<string> => {
      const answer = Promise.withResolvers<string>();
      calls.push({ signal, answer });
      return answer.promise;
    },
    last: () => calls.at(-1)!.answer,
  };
}

/** Calls that end with an error as soon as they are aborted. */
function heeding(storage: ReturnType<typeof createStorage>, errorOf: (signal: AbortSignal) => unknown) {
  return async (signal: AbortSignal): Promise<string> => {
    signal.addEventListener('abort', () => {
      storage.last().reject(errorOf(signal));
    });
    return storage.ask(signal);
  };
}

const read = (outcome: Outcome<string>): Reading =>
  outcome.kind === 'answer'
    ? { ok: outcome.answer !== 'broken', label: outcome.answer }
    : { ok: false, label: outcome.kind };

function createWorld() {
  const clock = createFakeClock();
  const resumes: number[] = [];
  const used = { cpuMs: 0 };
  /** How long calls had been waited for, at each of their timeouts, in seconds. */
  const waited: number[] = [];
  const probe = createHealthProbe<string, Reading>({
    clock,
    random: () => 0.5,
    read: (outcome) => {
      if (outcome.kind === 'timeout') waited.push(Math.round(outcome.waitedMs / 1_000));
      return read(outcome);
    },
    cpuMs: () => used.cpuMs,
    onDisturbance: () => resumes.push(clock.mono()),
  });
  const storage = createStorage();
  const outcomes: string[] = [];
  probe.onOutcome((id, state) => outcomes.push(`${id}:${state.reading?.label}`));
  const register = (times = { intervalMs: 30_000, timeoutMs: 5_000 }) => {
    probe.register('a', { ...times, ask: storage.ask });
  };
  /** The process computes for so long that nothing else runs. */
  const compute = async (ms: number) => {
    used.cpuMs += ms;
    await clock.pause(ms);
  };
  return { clock, probe, storage, outcomes, resumes, waited, register, compute };
}

/** Past the spread of a single target's first probe. */
const FIRST_MS = 100;

describe('a registered target', () => {
  it('is asked at once on a small system, then once an interval', async () => {
    const { clock, storage, register } = createWorld();
    register();
    for (let asked = 1; asked <= 5; asked += 1) {
      await clock.advance(asked === 1 ? FIRST_MS : 30_000);
      expect(storage.calls.length).toBe(asked);
      storage.last().resolve('well');
    }
  });

  it('has no state before its first outcome', () => {
    const { probe, register } = createWorld();
    register();
    expect(probe.state('a')).toMatchObject({ reading: null, checkedAt: null, lastAnswer: null });
  });

  it('cannot be registered twice', () => {
    const { register } = createWorld();
    register();
    expect(() => {
      register();
    }).toThrow('a is registered already');
  });

  it('is asked again soon after a failure, until three in a row confirm it, then at most every 30 s', async () => {
    const { clock, probe, storage, register } = createWorld();
    register({ intervalMs: 100_000, timeoutMs: 5_000 });
    const waits = [FIRST_MS, 20_000, 20_000, 30_000, 30_000];
    for (const [i, wait] of waits.entries()) {
      await clock.advance(wait);
      expect(storage.calls.length).toBe(i + 1);
      storage.last().reject(new Error('no'));
      await settled();
      expect(probe.state('a')?.stateType).toBe(i < 2 ? 'soft' : 'hard');
    }
  });

  it('fails where its probe throws before it returns a promise', async () => {
    const { clock, probe } = createWorld();
    probe.register('a', {
      intervalMs: 30_000,
      timeoutMs: 5_000,
      ask: () => {
        throw new Error('at once');
      },
    });
    await clock.advance(FIRST_MS);
    expect(probe.state('a')?.reading?.label).toBe('error');
  });
});

describe('a call that does not return in time', () => {
  it('is aborted at the deadline, and what was known stays known', async () => {
    const { clock, probe, storage, register } = createWorld();
    register();
    await clock.advance(FIRST_MS);
    storage.last().resolve('well');
    await clock.advance(30_000 + 5_000);
    expect(storage.calls[1]?.signal.reason).toMatchObject({ name: 'TimeoutError', message: 'no answer in 5000 ms' });
    expect(probe.state('a')).toMatchObject({ reading: { label: 'timeout' }, lastAnswer: 'well' });
  });

  it('is asked anew on schedule where it heeds the abort', async () => {
    const { clock, probe, storage } = createWorld();
    probe.register('a', {
      intervalMs: 30_000,
      timeoutMs: 5_000,
      ask: heeding(storage, (signal) => signal.reason),
    });
    await clock.advance(FIRST_MS + 5_000);
    expect(storage.calls.length).toBe(1);
    await clock.advance(6_000);
    expect(storage.calls.length).toBe(2);
  });

  it.each([
    ['the reason it was aborted for', (signal: AbortSignal): unknown => signal.reason],
    ['an AbortError', () => new DOMException('aborted', 'AbortError')],
    ['an error that was caused by the abort', (signal: AbortSignal) => new Error('failed', { cause: signal.reason })],
  ])('is not asked again at once where it ends with %s', async (_, errorOf) => {
    const { clock, probe, storage } = createWorld();
    probe.register('a', {
      intervalMs: 30_000,
      timeoutMs: 5_000,
      ask: heeding(storage, errorOf),
    });
    await clock.advance(FIRST_MS + 5_500);
    expect(storage.calls.length).toBe(1);
  });

  it('is never made a second time while it is out; how long it has been out is told each time', async () => {
    const { clock, storage, waited, register } = createWorld();
    register();
    await clock.advance(100_000);
    expect(storage.calls.length).toBe(1);
    expect(waited).toEqual([5, 11, 17, 47, 77]);
  });

  it('is asked anew at once when it returns after all', async () => {
    const { clock, probe, storage, register } = createWorld();
    register();
    await clock.advance(60_000);
    storage.last().resolve('late');
    await settled();
    expect(storage.calls.length).toBe(2);
    storage.last().resolve('well');
    await settled();
    expect(probe.state('a')).toMatchObject({ reading: { label: 'well' }, stateType: 'hard' });
  });

  it('is taken for what it is when it returns after all with a failure', async () => {
    const { clock, probe, storage, register, outcomes } = createWorld();
    register();
    await clock.advance(8_000);
    storage.last().resolve('broken');
    await settled();
    expect(probe.state('a')).toMatchObject({ reading: { label: 'broken' }, lastAnswer: 'broken', attempt: 2 });
    expect(storage.calls.length).toBe(1);
    await clock.advance(10_000);
    expect(storage.calls.length).toBe(2);
    expect(outcomes).toEqual(['a:timeout', 'a:broken']);
  });

  it('leaves its answer behind when it returns too late, but no verdict', async () => {
    const { clock, probe, storage, register } = createWorld();
    register();
    await clock.advance(8_000);
    storage.last().resolve('late');
    await settled();
    expect(probe.state('a')).toMatchObject({ reading: { label: 'timeout' }, lastAnswer: 'late' });
  });

  it('delays no other target', async () => {
    const { clock, probe, register } = createWorld();
    register();
    probe.register('b', { intervalMs: 1_000, timeoutMs: 500, ask: async () => 'well' });
    await clock.advance(20_000);
    expect(probe.state('b')?.checkedAt?.mono).toBeGreaterThan(clock.mono() - 1_001);
  });
});

describe('checkNow', () => {
  it('joins the probe that is out', async () => {
    const { clock, probe, storage, register } = createWorld();
    register();
    await clock.advance(FIRST_MS);
    const joined = Promise.all([probe.checkNow('a'), probe.checkNow('a')]);
    storage.last().resolve('well');
    expect((await joined).map(({ reading }) => reading?.label)).toEqual(['well', 'well']);
    expect(storage.calls.length).toBe(1);
  });

  it('asks at once where none is out', async () => {
    const { clock, probe, storage, register } = createWorld();
    register();
    await clock.advance(FIRST_MS);
    storage.last().resolve('well');
    await settled();
    const state = probe.checkNow('a');
    storage.last().resolve('better');
    expect((await state).reading?.label).toBe('better');
  });

  it('leaves the schedule where it is, however often it is called', async () => {
    const { clock, probe } = createWorld();
    probe.register('a', { intervalMs: 30_000, timeoutMs: 5_000, ask: async () => 'well' });
    await clock.advance(FIRST_MS);
    const dueMs = probe.nextDueMs('a');
    for (let i = 0; i < 10; i += 1) {
      await clock.advance(1_000);
      await probe.checkNow('a');
    }
    expect(probe.nextDueMs('a')).toBe(dueMs);
  });

  it('answers at once for a call that is stuck', async () => {
    const { clock, probe, storage, register } = createWorld();
    register();
    await clock.advance(6_000);
    expect((await probe.checkNow('a')).reading?.label).toBe('timeout');
    expect(storage.calls.length).toBe(1);
  });

  it('rejects for a target that nobody registered', async () => {
    await expect(createWorld().probe.checkNow('a')).rejects.toThrow('a is not registered');
  });
});

describe('unregistering', () => {
  it('aborts the call that is out, answers whoever waits for it, and drops its outcome', async () => {
    const { clock, probe, storage, outcomes, register } = createWorld();
    register();
    await clock.advance(FIRST_MS);
    const waiting = probe.checkNow('a');
    probe.unregister('a');
    expect((await waiting).reading).toBeNull();
    storage.last().resolve('well');
    await clock.advance(100_000);
    expect([storage.calls.length, storage.calls[0]?.signal.aborted, outcomes]).toEqual([1, true, []]);
  });

  it('frees the name for another target', async () => {
    const { clock, probe, storage, register } = createWorld();
    register();
    probe.unregister('a');
    register();
    await clock.advance(FIRST_MS);
    expect(storage.calls.length).toBe(1);
  });
});

describe('asking something else', () => {
  it('keeps what is known until the new one has answered, and asks it soon', async () => {
    const { clock, probe, storage, register, outcomes } = createWorld();
    register();
    await clock.advance(FIRST_MS);
    storage.last().resolve('well');
    await settled();
    const other = createStorage();
    probe.retarget('a', { intervalMs: 60_000, timeoutMs: 5_000, ask: other.ask });
    expect(probe.state('a')?.reading?.label).toBe('well');
    await clock.advance(FIRST_MS);
    other.last().resolve('broken');
    await settled();
    expect([storage.calls.length, other.calls.length, outcomes]).toEqual([1, 1, ['a:well', 'a:broken']]);
  });

  it('drops what the old one still says, and has whoever waits for it hear the new one', async () => {
    const { clock, probe, storage, register, outcomes } = createWorld();
    register();
    await clock.advance(FIRST_MS);
    const waiting = probe.checkNow('a');
    const other = createStorage();
    probe.retarget('a', { intervalMs: 30_000, timeoutMs: 5_000, ask: other.ask });
    storage.last().resolve('well');
    other.last().resolve('better');
    expect((await waiting).reading?.label).toBe('better');
    expect([storage.calls[0]?.signal.aborted, outcomes]).toEqual([true, ['a:better']]);
  });

  it('is refused where nothing is asked', () => {
    const { probe, storage } = createWorld();
    expect(() => probe.retarget('a', { intervalMs: 1_000, timeoutMs: 500, ask: storage.ask })).toThrow(
      'a is not registered',
    );
  });
});

describe('asking the same in another way', () => {
  it('reckons its turn from when it was asked last, and keeps what is known', async () => {
    const { clock, probe, storage, register } = createWorld();
    register();
    await clock.advance(FIRST_MS);
    storage.last().resolve('well');
    await settled();
    const known = probe.state('a');
    const askedMs = known!.checkedAt!.mono;
    probe.adjust('a', { intervalMs: 300_000, timeoutMs: 5_000, ask: storage.ask });
    expect([probe.state('a'), probe.nextDueMs('a')]).toEqual([known, askedMs + 300_000]);
    await clock.advance(100_000);
    probe.adjust('a', { intervalMs: 20_000, timeoutMs: 5_000, ask: storage.ask });
    await clock.advance(FIRST_MS);
    expect(storage.calls.length).toBe(2);
  });

  it('leaves a turn alone whose interval stays', async () => {
    const { clock, probe, storage, register } = createWorld();
    register();
    await clock.advance(FIRST_MS);
    storage.last().resolve('well');
    await settled();
    const dueMs = probe.nextDueMs('a');
    probe.adjust('a', { intervalMs: 30_000, timeoutMs: 1_000, ask: storage.ask });
    expect(probe.nextDueMs('a')).toBe(dueMs);
  });

  it('hears a call that is out, but for no longer than the new timeout', async () => {
    const { clock, probe, storage, register, outcomes } = createWorld();
    register();
    await clock.advance(FIRST_MS);
    probe.adjust('a', { intervalMs: 30_000, timeoutMs: 4_000, ask: storage.ask });
    storage.last().resolve('well');
    await settled();
    expect(outcomes).toEqual(['a:well']);
    await clock.advance(40_000);
    outcomes.length = 0;
    void probe.checkNow('a');
    probe.adjust('a', { intervalMs: 30_000, timeoutMs: 1_000, ask: storage.ask });
    await clock.advance(1_001);
    expect(outcomes).toEqual(['a:timeout']);
  });

  it('is refused where nothing is asked', () => {
    const { probe, storage } = createWorld();
    expect(() => probe.adjust('a', { intervalMs: 1_000, timeoutMs: 500, ask: storage.ask })).toThrow(
      'a is not registered',
    );
  });
});

describe('a process that is too busy', () => {
  it('gives a target the time back in which it could not listen', async () => {
    const { clock, storage, outcomes, register, compute } = createWorld();
    register();
    await clock.advance(FIRST_MS);
    await compute(1_800);
    await clock.advance(4_000);
    expect(outcomes).toEqual([]);
    storage.last().resolve('well');
    await settled();
    expect(outcomes).toEqual(['a:well']);
  });

  it('gives up on a target that has been listened to for as long as it may take', async () => {
    const { clock, outcomes, register, compute } = createWorld();
    register();
    await clock.advance(FIRST_MS);
    await compute(1_800);
    await clock.advance(5_000);
    expect(outcomes).toEqual(['a:timeout']);
  });

  it('says of a target that it could not hear it, where its lag is more than the target’s time', async () => {
    const { clock, probe, storage, outcomes, resumes, register, compute } = createWorld();
    register();
    await clock.advance(FIRST_MS);
    storage.last().resolve('well');
    await clock.advance(30_000);
    for (let i = 0; i < 5; i += 1) {
      await compute(1_800);
      await clock.advance(50);
    }
    expect([outcomes, resumes.length, probe.disturbance('a')?.why]).toEqual([['a:well'], 1, 'overloaded']);
    storage.last().resolve('well');
    await settled();
    expect([outcomes.length, probe.disturbance('a')]).toEqual([2, null]);
  });

  it('disturbs no target that has more time', async () => {
    const { clock, probe, register, compute } = createWorld();
    register();
    probe.register('patient', { intervalMs: 60_000, timeoutMs: 50_000, ask: () => new Promise(() => {}) });
    await clock.advance(1_000);
    for (let i = 0; i < 5; i += 1) {
      await compute(1_800);
      await clock.advance(50);
    }
    expect(probe.disturbance('patient')).toBeNull();
  });

  it('is told from one that was stopped by the processor time that it used', async () => {
    const { clock, probe, storage, register, compute } = createWorld();
    register();
    await clock.advance(FIRST_MS);
    storage.last().resolve('well');
    await clock.advance(1_000);
    await clock.pause(60_000);
    expect(probe.disturbance('a')?.why).toBe('paused');
    await compute(60_000);
    expect(probe.disturbance('a')?.why).toBe('overloaded');
  });
});

describe('a process that was stopped', () => {
  it('does not take the time it slept for silence of a target', async () => {
    const { clock, storage, outcomes, resumes, register } = createWorld();
    register();
    await clock.advance(FIRST_MS);
    await clock.pause(600_000);
    expect([outcomes, resumes.length]).toEqual([[], 1]);
    storage.last().resolve('from before');
    await settled();
    expect(storage.calls.length).toBe(2);
    storage.last().resolve('well');
    await settled();
    expect(outcomes).toEqual(['a:well']);
  });

  it('does not count the time it slept against a call that was out too long before', async () => {
    const { clock, waited, register } = createWorld();
    register();
    await clock.advance(6_000);
    await clock.pause(600_000);
    await clock.advance(1_000);
    expect(waited).toEqual([5, 0]);
  });

  it('asks every target anew within moments, whatever its interval', async () => {
    const { clock, probe } = createWorld();
    probe.register('slow', { intervalMs: 86_400_000, timeoutMs: 5_000, ask: async () => 'well' });
    probe.register('fast', { intervalMs: 1_000, timeoutMs: 500, ask: async () => 'well' });
    await clock.advance(1_000);
    await clock.pause(15_000);
    const resumedMs = clock.mono();
    await clock.advance(1_000);
    expect(probe.state('slow')?.checkedAt?.mono).toBeGreaterThanOrEqual(resumedMs);
  });

  it('asks every target all the same, however often the process is stopped', async () => {
    const { clock, probe } = createWorld();
    const ids = Array.from({ length: 100 }, (_, i) => `target${i}`);
    for (const id of ids) probe.register(id, { intervalMs: 30_000, timeoutMs: 5_000, ask: async () => 'well' });
    for (let seconds = 0; seconds < 120; seconds += 7) {
      await clock.advance(4_000);
      await clock.pause(3_000);
    }
    expect(ids.filter((id) => probe.state(id)?.checkedAt == null)).toEqual([]);
  });

  it('notices within seconds that the machine was suspended, though no timer is due', async () => {
    const { clock, probe, resumes } = createWorld();
    probe.register('slow', { intervalMs: 600_000, timeoutMs: 5_000, ask: async () => 'well' });
    await clock.advance(5_000);
    clock.suspend(8 * 3_600_000);
    await clock.advance(5_000);
    expect(resumes.length).toBe(1);
  });

  it('takes two seconds for a pause, and less for a busy machine', async () => {
    const { clock, resumes, register } = createWorld();
    register();
    await clock.pause(FIRST_MS + 1_900);
    expect(resumes).toEqual([]);
    await clock.pause(30_000 + 2_200);
    expect(resumes.length).toBe(1);
  });

  it('still gives up on a call that stays out after it', async () => {
    const { clock, outcomes, register } = createWorld();
    register();
    await clock.advance(FIRST_MS);
    await clock.pause(600_000);
    await clock.advance(5_000);
    expect(outcomes).toEqual(['a:timeout']);
  });
});

it('serves ten thousand targets with one timer, beside that which measures its own lag', async () => {
  const { clock, probe } = createWorld();
  let asked = 0;
  for (let i = 0; i < 10_000; i += 1) {
    probe.register(`t${i}`, {
      intervalMs: 60_000,
      timeoutMs: 5_000,
      ask: async () => {
        asked += 1;
        return 'well';
      },
    });
  }
  await settled();
  expect(clock.timers()).toBe(2);
  await clock.advance(10_000);
  expect([asked, clock.timers()]).toEqual([10_000, 2]);
}, 60_000);

it('leaves no timer behind when it is stopped', async () => {
  const { clock, probe, register } = createWorld();
  register();
  await clock.advance(FIRST_MS);
  probe.stop();
  expect(clock.timers()).toBe(0);
});
