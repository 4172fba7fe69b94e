import type { CheckAnswer, CheckDefinition } from '../backends/backend.ts';
import { readFailure, readTimeout } from '../backends/failure.ts';
import type { MountAsker } from '../backends/mount/mount-asker.ts';
import { type Clock, moment } from '../probe/clock.ts';
import { createFeed, type FeedMessage } from '../probe/feed.ts';
import { createHealthProbe } from '../probe/health-probe.ts';
import { stuckAfterMs } from '../probe/schedule.ts';
import { UNASKED } from '../probe/target-state.ts';
import type { ProxyContext } from '../router/proxy.ts';
import type { ProxyEvent } from '../schema/event.ts';
import type { HealthReport, PublicHealthReport } from '../schema/health-report.ts';
import type { ProxyConfig } from '../schema/proxy-config.ts';
import type { VolumeReport } from '../schema/volume-report.ts';
import { openVolume } from './open-volume.ts';
import { type CheckReading, type CheckState, foldChecks, readingOf } from './verdict.ts';
import { isSameButForTimes, nextReport, type ReportedVolume } from './volume-report.ts';

export interface StorageProxyOptions {
  readonly config: Pick<ProxyConfig, 'volume' | 'storage_proxy'>;
  readonly version: string;
  /** Differs at each start. */
  readonly epoch: string;
  readonly askMount: MountAsker;
  readonly clock: Clock;
  readonly random: () => number;
  /** Hears of every volume whose status, reason or certainty moved. */
  readonly onTransition?: (volume: string, report: VolumeReport, previous: VolumeReport) => void;
}

/** A storage proxy without its sockets: it asks its volumes, and answers from memory. */
export interface StorageProxy extends Omit<ProxyContext, 'authorized'> {
  /** What a caller without the secret may see. */
  readonly publicReport: () => PublicHealthReport;
  /** Whether every volume has been asked, or has had its time to be. */
  readonly isReady: () => boolean;
  readonly stop: () => void;
}

interface Volume {
  readonly name: string;
  readonly backend: string;
  readonly checks: readonly CheckDefinition[];
  reported: ReportedVolume;
}

/** An answer this young is given again instead of asking the storage once more. */
const FRESH_MS = 1_000;
const FIRST_SWEEP_MS = 10_000;

/** Starts asking every configured volume at its own interval. */
export function createStorageProxy(options: StorageProxyOptions): StorageProxy {
  const { config, version, epoch, askMount, clock, random, onTransition = () => {} } = options;
  const targets = new Map<string, { readonly volume: Volume; readonly check: CheckDefinition }>();
  const probe = createHealthProbe<CheckAnswer, CheckReading>({
    clock,
    random,
    read: (outcome, target, id) => {
      if (outcome.kind === 'answer') return readingOf(outcome.answer);
      if (outcome.kind === 'error') return readingOf(readFailure(outcome.error));
      const { timeoutMs, waitedMs } = outcome;
      const { name = 'backend', pendingStep } = targets.get(id)?.check ?? {};
      const step = pendingStep?.() ?? null;
      return readingOf(readTimeout({ name, timeoutMs, waitedMs, stuckAfterMs: stuckAfterMs(target), step }));
    },
  });
  const volumes = new Map<string, Volume>();
  const feed = createFeed<HealthReport, { volume: string; report: VolumeReport }>({ epoch, snapshot: report });
  const startedMs = clock.mono();

  for (const [name, volumeConfig] of Object.entries(config.volume)) {
    const checks = openVolume(name, volumeConfig, askMount);
    const unasked = checks.map((check) => ({ ...timesOf(check), state: UNASKED, nextDueMs: null }));
    const reported = nextReport(null, { backend: volumeConfig.backend, checks: unasked, now: moment(clock) });
    const volume: Volume = { name, backend: volumeConfig.backend, checks, reported };
    volumes.set(name, volume);
    for (const check of checks) {
      const id = idOf(volume, check);
      targets.set(id, { volume, check });
      probe.register(id, check);
    }
  }
  probe.onOutcome((id) => {
    const target = targets.get(id);
    if (target !== undefined) refold(target.volume);
  });

  return {
    report,
    publicReport,
    volume: (name) => volumes.get(name)?.reported.report ?? null,
    hwinfo: (name) => {
      const volume = volumes.get(name);
      return volume === undefined ? null : foldChecks(statesOf(volume));
    },
    check: checkNow,
    watch,
    volumes: () =>
      Object.entries(config.volume).map(([name, { backend, path, fsprefix }]) => ({
        name,
        backend,
        path,
        fsprefix: fsprefix ?? '.',
      })),
    isReady,
    stop: probe.stop,
  };

  function refold(volume: Volume): void {
    const previous = volume.reported;
    const checks = statesOf(volume);
    volume.reported = nextReport(previous, { backend: volume.backend, checks, now: moment(clock) });
    const { report: now } = volume.reported;
    if (!isSameButForTimes(previous.report, now)) feed.publish(volume.name, { volume: volume.name, report: now });
    if (isTransition(previous.report, now)) onTransition(volume.name, now, previous.report);
  }

  function statesOf(volume: Volume): readonly CheckState[] {
    return volume.checks.map((check) => {
      const id = idOf(volume, check);
      return { ...timesOf(check), state: probe.state(id) ?? UNASKED, nextDueMs: probe.nextDueMs(id) ?? null };
    });
  }

  function report(): HealthReport {
    const { seq } = feed.position();
    return {
      status: 'healthy',
      version,
      component: 'storage-proxy',
      proxy: config.storage_proxy.node_id ?? 'storage-proxy',
      epoch,
      seq,
      mono_ms: clock.mono(),
      connectivity: {
        overall_healthy: true,
        connectivity_checks: [],
        timestamp: new Date(clock.now()).toISOString(),
      },
      volumes: Object.fromEntries(Array.from(volumes, ([name, { reported }]) => [name, reported.report])),
    };
  }

  function publicReport(): PublicHealthReport {
    const floor = Array.from(volumes, ([name, { reported }]) => {
      const { status, status_info, backend, last_checked_at } = reported.report;
      return [name, { status, status_info, backend, last_checked_at }] as const;
    });
    return { status: 'healthy', version, component: 'storage-proxy', volumes: Object.fromEntries(floor) };
  }

  async function checkNow(name: string): Promise<VolumeReport | null> {
    const volume = volumes.get(name);
    if (volume === undefined) return null;
    await Promise.all(
      volume.checks.map(async (definition) => {
        const id = idOf(volume, definition);
        const checkedAt = probe.state(id)?.checkedAt;
        if (checkedAt == null || clock.mono() - checkedAt.mono >= FRESH_MS) await probe.checkNow(id);
      }),
    );
    return volume.reported.report;
  }

  async function* watch(signal: AbortSignal): AsyncGenerator<ProxyEvent, void, undefined> {
    for await (const message of feed.watch(signal)) yield eventOf(message);
  }

  function eventOf(message: FeedMessage<HealthReport, { volume: string; report: VolumeReport }>): ProxyEvent {
    return message.type === 'snapshot'
      ? { type: 'snapshot', report: message.snapshot }
      : { type: 'change', ...message.position, mono_ms: clock.mono(), ...message.change };
  }

  function isReady(): boolean {
    const pastFirstSweep = clock.mono() - startedMs > FIRST_SWEEP_MS;
    return pastFirstSweep || [...targets.keys()].every((id) => probe.state(id)?.reading != null);
  }
}

const idOf = (volume: Volume, check: CheckDefinition): string => `${volume.name}/${check.name}`;

const timesOf = ({ name, intervalMs, timeoutMs }: CheckDefinition) => ({ name, intervalMs, timeoutMs });

function isTransition(a: VolumeReport, b: VolumeReport): boolean {
  return a.status !== b.status || a.degraded !== b.degraded || a.reason !== b.reason || a.state_type !== b.state_type;
}
