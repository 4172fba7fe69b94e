import type { MountAsker } from '../backends/mount/mount-asker.ts';
import type { Clock } from '../probe/clock.ts';
import { createFeed, parsePosition } from '../probe/feed.ts';
import type { ProxyContext, ProxyWatchOptions } from '../router/proxy.ts';
import type { ProxyEvent } from '../schema/proxy-event.ts';
import type { HealthReport, PublicHealthReport } from '../schema/health-report.ts';
import type { ProxyConfig } from '../schema/proxy-config.ts';
import type { VolumeReport } from '../schema/volume-report.ts';
import { isSameButForTimes } from './volume-report.ts';
import { createVolumes } from './volumes.ts';

export interface StorageProxyOptions {
  readonly config: Pick<ProxyConfig, 'volume' | 'storage_proxy'>;
  readonly version: string;
  /** Differs at each start. */
  readonly epoch: string;
  readonly askMount: MountAsker;
  readonly clock: Clock;
  readonly random: () => number;
  /** Hears of every volume whose status, reason or certainty moved. */
  readonly onTransition?: (volume: string, report: VolumeReport) => void;
}

/** A storage proxy without its sockets: it asks its volumes, and answers from memory. */
export interface StorageProxy extends Omit<ProxyContext, 'authorized'> {
  /** What a caller without the secret may see. */
  readonly publicReport: () => PublicHealthReport;
  /** Whether every volume has been asked, or has had its time to be. */
  readonly isReady: () => boolean;
  readonly stop: () => void;
}

const FIRST_SWEEP_MS = 10_000;

/** Starts asking every configured volume at its own interval. */
export function createStorageProxy(options: StorageProxyOptions): StorageProxy {
  const { config, version, epoch, askMount, clock, random, onTransition = () => {} } = options;
  const service = { status: 'healthy', version, component: 'storage-proxy' } as const;
  const startedMs = clock.mono();
  const feed = createFeed<HealthReport, VolumeReport>({ epoch, snapshot: report, clock });
  const volumes = createVolumes({
    configured: config.volume,
    askMount,
    clock,
    random,
    onReport(volume, now, previous) {
      if (!isSameButForTimes(previous, now)) feed.publish(volume, now);
      if (isTransition(previous, now)) onTransition(volume, now);
    },
  });

  return {
    report,
    publicReport: () => ({ ...service, volumes: mapValues(volumes.reports(), floorOf) }),
    volume: volumes.report,
    hwinfo: volumes.getHwinfo,
    check: volumes.check,
    watch,
    volumes: () =>
      Object.entries(config.volume).map(([name, { backend, path, fsprefix }]) => ({
        name,
        backend,
        path,
        fsprefix: fsprefix ?? '.',
      })),
    isReady: () => clock.mono() - startedMs > FIRST_SWEEP_MS || volumes.isEachChecked(),
    stop: volumes.stop,
  };

  function report(): HealthReport {
    return {
      ...service,
      proxy: config.storage_proxy.node_id ?? 'storage-proxy',
      ...feed.position(),
      mono_ms: clock.mono(),
      connectivity: {
        overall_healthy: true,
        connectivity_checks: [],
        timestamp: new Date(clock.now()).toISOString(),
      },
      volumes: volumes.reports(),
    };
  }

  async function* watch({
    lastEventId,
    pingMs,
    signal,
  }: ProxyWatchOptions): AsyncGenerator<ProxyEvent, void, undefined> {
    const since = lastEventId === null ? null : parsePosition(lastEventId);
    for await (const message of feed.watch({ since, idleMs: pingMs, signal })) {
      const at = { ...message.position, mono_ms: clock.mono() };
      if (message.type === 'snapshot') yield { type: 'snapshot', report: message.snapshot };
      else if (message.type === 'idle') yield { type: 'ping', ...at };
      else yield { type: 'change', ...at, after: message.after, volume: message.key, report: message.change };
    }
  }
}

function floorOf({
  status,
  status_info,
  backend,
  last_checked_at,
}: VolumeReport): PublicHealthReport['volumes'][string] {
  return { status, status_info, backend, last_checked_at };
}

function mapValues<A, B>(record: Readonly<Record<string, A>>, map: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));
}

function isTransition(a: VolumeReport, b: VolumeReport): boolean {
  return a.status !== b.status || a.degraded !== b.degraded || a.reason !== b.reason || a.state_type !== b.state_type;
}
