import type { CheckAnswer, CheckDefinition } from '../backends/backend.ts';
import { readFailure, readTimeout } from '../backends/failure.ts';
import { createSharing } from '../backends/sharing.ts';
import { type Clock, moment } from '../probe/clock.ts';
import { createHealthProbe, type HealthProbe } from '../probe/health-probe.ts';
import type { Outcome } from '../probe/outcome.ts';
import { stuckAfterMs } from '../probe/schedule.ts';
import { UNASKED } from '../probe/target-state.ts';
import type { HardwareMetadata } from '../schema/hardware-metadata.ts';
import type { ProxyConfig } from '../schema/proxy-config.ts';
import type { VolumeReport } from '../schema/volume-report.ts';
import { type Means, openVolume } from './open-volume.ts';
import { type CheckReading, type CheckState, readingOf } from './verdict.ts';
import { nextReport, type ReportedVolume } from './volume-report.ts';

export interface VolumesOptions extends Pick<Means, 'askMount' | 'findBackend'> {
  readonly configured: ProxyConfig['volume'];
  readonly clock: Clock;
  readonly random: () => number;
  /** Hears of every outcome of a check: what the proxy says of the volume now, and what it said before. */
  readonly onReport: (name: string, report: VolumeReport, previous: VolumeReport) => void;
}

/** The configured volumes, each asked on its own schedule. What is not configured is null. */
export interface Volumes {
  readonly reports: () => Readonly<Record<string, VolumeReport>>;
  readonly report: (name: string) => VolumeReport | null;
  /** The fold of the latest checks. */
  readonly getHwinfo: (name: string) => HardwareMetadata | null;
  /** Asks now, joins checks under way, and asks none again whose answer is less than a second old; none once it ends. */
  readonly check: (name: string) => Promise<VolumeReport | null>;
  readonly isEachChecked: () => boolean;
  readonly stop: () => void;
}

interface Volume {
  readonly name: string;
  readonly backend: string;
  readonly checks: ReadonlyMap<string, CheckDefinition>;
  reported: ReportedVolume;
}

const FRESH_MS = 1_000;

/** Opens every configured volume and starts asking it; one that cannot be opened stops no other. */
export function createVolumes({ configured, clock, random, onReport, ...asking }: VolumesOptions): Volumes {
  const volumes = new Map<string, Volume>();
  const owners = new Map<string, { readonly volume: Volume; readonly check: CheckDefinition }>();
  const probe: HealthProbe<CheckAnswer, CheckReading> = createHealthProbe({
    clock,
    random,
    read: (outcome, _target, id) =>
      readingOf(answerOf(outcome, owners.get(id)!.check, probe.state(id)?.lastAnswer ?? null)),
  });

  const life = new AbortController();
  const means = { ...asking, share: createSharing(), clock, stopping: life.signal };
  for (const [name, config] of Object.entries(configured)) {
    const checks = new Map(openVolume(name, config, means).map((check) => [`${name}/${check.name}`, check]));
    const { backend } = config;
    const reported = nextReport(null, { backend, checks: statesOf(checks), now: moment(clock) });
    const volume: Volume = { name, backend, checks, reported };
    volumes.set(name, volume);
    for (const [id, check] of checks) {
      owners.set(id, { volume, check });
      probe.register(id, check);
    }
  }
  probe.onOutcome((id) => {
    const { volume } = owners.get(id)!;
    const previous = volume.reported;
    const checks = statesOf(volume.checks);
    volume.reported = nextReport(previous, { backend: volume.backend, checks, now: moment(clock) });
    onReport(volume.name, volume.reported.report, previous.report);
  });

  return {
    reports: () => Object.fromEntries(Array.from(volumes, ([name, { reported }]) => [name, reported.report])),
    report: (name) => volumes.get(name)?.reported.report ?? null,
    getHwinfo(name) {
      const report = volumes.get(name)?.reported.report;
      if (report === undefined) return null;
      const { status, status_info, metadata, degraded, reason, checks } = report;
      return { status, status_info, metadata, degraded, reason, checks };
    },
    async check(name) {
      const volume = volumes.get(name);
      if (volume === undefined) return null;
      const due = life.signal.aborted ? [] : [...volume.checks.keys()].filter((id) => !isFresh(id));
      await Promise.all(due.map(probe.checkNow));
      return volume.reported.report;
    },
    isEachChecked: () =>
      [...owners].every(([id, { check }]) => check.isAdvisory === true || probe.state(id)?.reading != null),
    stop() {
      probe.stop();
      life.abort(new Error('the service ends'));
    },
  };

  function statesOf(checks: ReadonlyMap<string, CheckDefinition>): readonly CheckState[] {
    return Array.from(checks, ([id, { name, intervalMs, timeoutMs, isAdvisory = false, yieldsToMount = false }]) => ({
      name,
      intervalMs,
      timeoutMs,
      isAdvisory,
      yieldsToMount,
      state: probe.state(id) ?? UNASKED,
      nextDueMs: probe.nextDueMs(id) ?? null,
    }));
  }

  function isFresh(id: string): boolean {
    const checkedAt = probe.state(id)?.checkedAt;
    const { name, intervalMs } = owners.get(id)!.check;
    // However often somebody looks, files are written no oftener than configured.
    return checkedAt != null && clock.mono() - checkedAt.mono < (name === 'write' ? intervalMs : FRESH_MS);
  }
}

/** What the storage said, or what its silence and our failures mean. */
function answerOf(outcome: Outcome<CheckAnswer>, check: CheckDefinition, last: CheckAnswer | null): CheckAnswer {
  if (outcome.kind === 'answer') return outcome.answer;
  if (outcome.kind === 'error') return readFailure(outcome.error);
  const { timeoutMs, waitedMs } = outcome;
  const step = check.pendingStep?.() ?? null;
  const silence = readTimeout({ name: check.name, timeoutMs, waitedMs, stuckAfterMs: stuckAfterMs(check), step });
  // A mount that has answered with a failure is not better off because it now does not answer at all.
  const stillFails = check.name === 'mount' && silence.status === 'unknown' && last?.status === 'fail';
  return stillFails ? { ...last, info: `${last.info ?? last.summary}; since then ${silence.info}` } : silence;
}
