import { AskingFailed, describeFailure } from '../client/failure.ts';
import type { ProxyClient } from '../client/proxy-client.ts';
import type { Clock } from '../probe/clock.ts';
import { createHealthProbe, type HealthProbe } from '../probe/health-probe.ts';
import type { Outcome } from '../probe/outcome.ts';
import type { Reading } from '../probe/target-state.ts';
import { parseHealthReport } from '../schema/health-report.ts';
import type { ProxyEntry } from '../schema/manager-config.ts';
import type { Received } from './effective-status.ts';

/** A poll of a proxy, read. */
export interface PollReading extends Reading {
  /** Why the proxy is unhealthy; null while it is healthy. */
  readonly errorMessage: string | null;
}

export interface StorageHealthCheckerOptions {
  readonly proxies: Readonly<Record<string, Pick<ProxyEntry, 'health_check_interval' | 'health_check_timeout'>>>;
  readonly clientOf: (proxy: string) => ProxyClient;
  readonly clock: Clock;
  readonly random: () => number;
  readonly onResume: () => void;
}

/** A proxy that has just started knows of its volumes within moments. */
const FIRST_CHECKS_MS = 500;
const MAX_FIRST_REPORTS = 20;

/** Polls every configured proxy, each at its own interval. One that is away holds up no other. */
export function createStorageHealthChecker(options: StorageHealthCheckerOptions): HealthProbe<Received, PollReading> {
  const { proxies, clientOf, clock, random, onResume } = options;
  const probe = createHealthProbe<Received, PollReading>({ clock, random, onResume, read: readingOf });
  for (const [name, entry] of Object.entries(proxies)) {
    const client = clientOf(name);
    const counted = countReports();
    probe.register(name, {
      intervalMs: entry.health_check_interval,
      timeoutMs: entry.health_check_timeout,
      ask: async (signal) => counted(await askReport(client, clock, signal)),
    });
  }
  return probe;
}

/** A kept-alive connection that the proxy has closed meanwhile proves nothing: a cut is asked again once. */
async function askReport(client: ProxyClient, clock: Clock, signal: AbortSignal): Promise<Omit<Received, 'reports'>> {
  for (let tries = 1; ; tries += 1) {
    const askedMonoMs = clock.mono();
    try {
      return { report: parseHealthReport(await client.health.report.query(undefined, { signal })), askedMonoMs };
    } catch (error) {
      signal.throwIfAborted();
      if (tries > 1 || describeFailure(error).kind !== 'cut') throw error;
    }
  }
}

/** Numbers the reports of each of a proxy's epochs. */
function countReports(): (received: Omit<Received, 'reports'>) => Received {
  let epoch = '';
  let reports = 0;
  return (received) => {
    reports = received.report.epoch === epoch ? reports + 1 : 1;
    epoch = received.report.epoch;
    return { ...received, reports };
  };
}

function readingOf(outcome: Outcome<Received>): PollReading {
  if (outcome.kind === 'answer') {
    const volumes = [...outcome.answer.report.volumes.values()];
    const isComplete = volumes.every((volume) => volume?.last_checked_at !== null);
    const isStarting = !isComplete && outcome.answer.reports <= MAX_FIRST_REPORTS;
    return { ok: true, label: 'healthy', errorMessage: null, ...(isStarting ? { againMs: FIRST_CHECKS_MS } : {}) };
  }
  const { message } =
    outcome.kind === 'error'
      ? describeFailure(outcome.error)
      : new AskingFailed('timeout', `timed out after ${outcome.timeoutMs / 1_000} s`);
  return { ok: false, label: 'unhealthy', errorMessage: message };
}
