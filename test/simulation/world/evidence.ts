import type { Check } from '../../../schema/check.ts';
import type { VolumeHealth } from '../../../schema/volume-health.ts';
import type { Answer, Mood, Storages } from './storages.ts';
import type { CheckPlan, ProxyPlan, VolumePlan } from './topology.ts';
import { checkId } from './storages.ts';

// What must be said of a volume, worked out a second time and in another way than the services do it.

type CheckVerdict = Check['status'];

export interface Judged {
  readonly status: 'healthy' | 'offline' | 'unavailable';
  readonly degraded: boolean;
}

/** What a volume is, by what its checks say; `NOT_CHECKED` by those that were not made. */
export function judge(
  plans: readonly CheckPlan[],
  said: ReadonlyMap<string, { readonly status: CheckVerdict; readonly isChecked: boolean }>,
): Judged {
  const isMountGood = ['pass', 'warn'].includes(said.get('mount')?.status ?? '');
  const counted = plans.flatMap((plan): CheckVerdict[] => {
    const { status, isChecked } = said.get(plan.name) ?? { status: 'unknown', isChecked: false };
    if (plan.isAdvisory) return isChecked ? [status === 'pass' ? 'pass' : 'warn'] : [];
    if (plan.yieldsToMount && status === 'unknown' && isChecked && isMountGood) return ['warn'];
    return [status];
  });
  if (counted.includes('fail')) return { status: 'offline', degraded: false };
  if (counted.includes('unknown')) return { status: 'unavailable', degraded: false };
  return { status: 'healthy', degraded: counted.includes('warn') };
}

/** The storage's answer that a check shows; null where it shows none, as where the storage did not answer. */
export function answerOf({ info }: Pick<Check, 'info'>, storages: Storages): Answer | null {
  const number = /^answer (\d+)/.exec(info ?? '')?.[1];
  return number === undefined ? null : storages.answer(Number(number));
}

/** What is wrong with the evidence that is shown for a volume; null if it bears the verdict out. */
export function faultOfEvidence(
  health: Pick<VolumeHealth, 'status' | 'is_degraded' | 'checks'>,
  { proxy, volume, storages }: { proxy: string; volume: VolumePlan; storages: Storages },
): string | null {
  for (const check of health.checks) {
    const answer = answerOf(check, storages);
    const id = checkId(proxy, volume.name, check.name);
    const isGood = check.status === 'pass' || (check.status === 'warn' && check.name !== 'write');
    if (answer === null && isGood) return `${id} shows ${check.status} without an answer`;
    if (answer !== null && (answer.check !== id || answer.status !== check.status)) {
      return `${id} shows ${check.status} by answer ${answer.number}, which was ${answer.status} of ${answer.check}`;
    }
  }
  const said = new Map(
    health.checks.map(({ name, status, reason }) => [name, { status, isChecked: reason !== 'NOT_CHECKED' }] as const),
  );
  const judged = judge(volume.checks, said);
  if (judged.status === health.status && judged.degraded === health.is_degraded) return null;
  return `${proxy}:${volume.name} is shown ${health.status}${health.is_degraded ? ' degraded' : ''}, its checks make it ${judged.status}${judged.degraded ? ' degraded' : ''}`;
}

/** Which verdicts a storage's present moods may lead to, once they have lasted. */
export function expectedOf(
  proxy: Pick<ProxyPlan, 'name'>,
  volume: VolumePlan,
  moodOf: (check: string) => Mood,
): readonly string[] {
  const choices = volume.checks.map((plan) => ({
    plan,
    may: statusesOf(moodOf(checkId(proxy.name, volume.name, plan.name)), plan),
  }));
  let worlds: Map<string, { status: CheckVerdict; isChecked: boolean }>[] = [new Map()];
  for (const { plan, may } of choices) {
    worlds = worlds.flatMap((world) => may.map((status) => new Map(world).set(plan.name, { status, isChecked: true })));
  }
  return worlds.map((world) => {
    const { status, degraded } = judge(volume.checks, world);
    return `${status}${degraded ? ' degraded' : ''}`;
  });
}

/** A mount that does not return is at first not known of, and then stuck; one that failed before may go on failing. */
function statusesOf(mood: Mood, { name }: CheckPlan): readonly CheckVerdict[] {
  if (mood === 'throw') return ['unknown'];
  if (mood === 'hang') return name === 'mount' ? ['unknown', 'fail'] : ['unknown'];
  return [mood];
}
