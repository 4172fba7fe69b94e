import { defineBackend, type Backend, type CheckAnswer, type CheckDefinition } from '../../../backends/backend.ts';
import { z } from 'zod';
import type { Reason } from '../../../schema/reason.ts';
import type { CheckStatus } from '../../../schema/status.ts';
import type { Kernel, Machine } from './kernel.ts';
import { createRandom } from './random.ts';
import type { CheckPlan, VolumePlan } from './topology.ts';
import { Violation } from './violation.ts';

/** How a storage takes a check: what it answers, that it fails without a word, or that its calls do not return. */
export type Mood = CheckStatus | 'throw' | 'hang';

/** What a storage once said: the truth, against which everything that is shown is held. */
export interface Answer {
  readonly number: number;
  /** `proxy:volume/check` */
  readonly check: string;
  readonly status: CheckStatus;
  readonly atMs: number;
  /** The process that was told. */
  readonly machine: Machine;
}

export interface Storages {
  /** The storage behind one process of a proxy. */
  readonly backendFor: (proxy: string, machine: Machine, volumes: readonly VolumePlan[]) => Backend;
  readonly set: (check: string, mood: Mood) => void;
  readonly mood: (check: string) => Mood;
  /** How long a check's calls take from now on. */
  readonly slow: (check: string, fromMs: number, toMs: number) => void;
  readonly answer: (number: number) => Answer | null;
  /** When a process has last asked; null if it never did. */
  readonly askedMs: (check: string, machine: Machine) => number | null;
  /** Whether a call of that process is out. */
  readonly isOut: (check: string, machine: Machine) => boolean;
}

interface Call {
  readonly end: (mood: Exclude<Mood, 'hang'>) => void;
}

/** Each check of one process, with what it has asked. */
interface Asking {
  askedMs: number | null;
  out: Call | null;
}

const REASONS = {
  pass: 'OK',
  warn: 'NEARLY_FULL',
  fail: 'MOUNT_STALE',
  unknown: 'API_UNREACHABLE',
} as const satisfies Record<CheckStatus, Reason>;

const PROMPT: readonly [number, number] = [1, 40];

export const checkId = (proxy: string, volume: string, check: string): string => `${proxy}:${volume}/${check}`;

export function createStorages(kernel: Kernel, seed: number, fail: (violation: Violation) => void): Storages {
  const answers: Answer[] = [];
  const moods = new Map<string, Mood>();
  const speeds = new Map<string, readonly [number, number]>();
  const askings = new Map<Machine, Map<string, Asking>>();
  const hanging = new Map<string, Set<() => void>>();
  const random = createRandom(seed, 'storages');

  return {
    backendFor: (proxy, machine, volumes) =>
      defineBackend({
        options: z.looseObject({}),
        open: ({ name }) => {
          const volume = volumes.find((one) => one.name === name)!;
          return volume.checks.map((plan) => definitionOf(checkId(proxy, name, plan.name), { machine, volume, plan }));
        },
      }),
    set(check, mood) {
      moods.set(check, mood);
      if (mood === 'hang') return;
      for (const resume of hanging.get(check) ?? []) resume();
      hanging.delete(check);
    },
    mood: (check) => moods.get(check) ?? 'pass',
    slow: (check, fromMs, toMs) => speeds.set(check, [fromMs, toMs]),
    answer: (number) => answers[number - 1] ?? null,
    askedMs: (check, machine) => askings.get(machine)?.get(check)?.askedMs ?? null,
    isOut: (check, machine) => (askings.get(machine)?.get(check)?.out ?? null) !== null,
  };

  function definitionOf(
    check: string,
    { machine, volume, plan }: { machine: Machine; volume: VolumePlan; plan: CheckPlan },
  ): CheckDefinition {
    const asking: Asking = { askedMs: null, out: null };
    const ofMachine = askings.get(machine) ?? new Map<string, Asking>();
    askings.set(machine, ofMachine.set(check, asking));
    return {
      name: plan.name,
      intervalMs: volume.intervalMs,
      timeoutMs: volume.timeoutMs,
      ...(plan.isAdvisory ? { isAdvisory: true } : {}),
      ...(plan.yieldsToMount ? { yieldsToMount: true } : {}),
      // A call on a mount cannot be taken back; one of an API can.
      ask: (signal) => ask(check, { machine, asking, signal: plan.name === 'backend' ? signal : null }),
      pendingStep: () => (plan.name === 'mount' && asking.out !== null ? 'statfs' : null),
    };
  }

  function ask(
    check: string,
    { machine, asking, signal }: { machine: Machine; asking: Asking; signal: AbortSignal | null },
  ): Promise<CheckAnswer> {
    if (asking.out !== null) fail(new Violation('bounded', `${check} is asked while a call of it is out`));
    asking.askedMs = kernel.now();
    return new Promise((resolve, reject) => {
      const call: Call = {
        end(mood) {
          if (asking.out !== call) return;
          asking.out = null;
          if (mood === 'throw') reject(new Error('the storage fell silent'));
          else resolve(answer(check, mood, machine));
        },
      };
      asking.out = call;
      signal?.addEventListener('abort', () => {
        if (asking.out !== call) return;
        asking.out = null;
        reject(signal.reason as Error);
      });
      const finish = (): void => {
        const mood = moods.get(check) ?? 'pass';
        if (mood === 'hang') hang(check, () => kernel.after(1, machine, finish));
        else call.end(mood);
      };
      kernel.after(random.logarithmic(...(speeds.get(check) ?? PROMPT)), machine, finish);
    });
  }

  function hang(check: string, resume: () => void): void {
    hanging.set(check, (hanging.get(check) ?? new Set()).add(resume));
  }

  function answer(check: string, status: CheckStatus, machine: Machine): CheckAnswer {
    const number = answers.length + 1;
    answers.push({ number, check, status, atMs: kernel.now(), machine });
    const reason = REASONS[status];
    return { status, reason, summary: `the storage says ${status}`, info: `answer ${number}`, metadata: { number } };
  }
}
