import type { Clock } from '../probe/clock.ts';
import type { FeedPosition } from '../probe/feed.ts';
import type { ProxyContext } from '../router/proxy.ts';
import type { HealthReport, PublicHealthReport, UnchangedReport } from '../schema/health-report.ts';
import type { ProxyConfig } from '../schema/proxy-config.ts';
import type { VolumeReport } from '../schema/volume-report.ts';
import { createHealthStream } from './health-stream.ts';
import type { Means } from './open-volume.ts';
import { createPublishing } from './publishing.ts';
import type { VolumeChanges } from './volume-changes.ts';
import { isOtherFigures, isTransition } from './volume-report.ts';
import { createVolumes } from './volumes.ts';

export interface StorageProxyOptions extends Pick<Means, 'askMount' | 'findBackend'> {
  readonly config: Pick<ProxyConfig, 'volume' | 'storage_proxy'>;
  readonly version: string;
  /** Differs at each start. */
  readonly epoch: string;
  readonly clock: Clock;
  readonly random: () => number;
  /** Hears of every volume whose status, reason or certainty moved. */
  readonly onTransition?: (volume: string, report: VolumeReport) => void;
}

/** A storage proxy without its sockets: it asks its volumes, and answers from memory. */
export interface StorageProxy extends Omit<ProxyContext, 'authorized'> {
  /** What a caller without the secret may see. */
  readonly publicReport: () => PublicHealthReport;
  /** The report without its volumes, for a caller who knows them; null where a change has been published since. */
  readonly unchangedSince: (known: FeedPosition) => UnchangedReport | null;
  /** Whether every volume has been asked, or has had its time to be; once it is, it stays so. */
  readonly isReady: () => boolean;
  /**
   * Goes on with another configuration, and says which of its volumes are others. Whatever it has in common with the one
   * before goes on as if nothing had happened; readers hear of the rest at once.
   */
  readonly reconfigure: (config: StorageProxyOptions['config']) => VolumeChanges;
  readonly stop: () => void;
}

const FIRST_SWEEP_MS = 10_000;

/** Starts asking every configured volume at its own interval. */
export function createStorageProxy(options: StorageProxyOptions): StorageProxy {
  const { version, epoch, clock, random, onTransition = () => {}, ...asking } = options;
  let { config } = options;
  let wasReady = false;
  const service = { status: 'healthy', version, component: 'storage-proxy' } as const;
  const startedMs = clock.mono();
  const startedAt = new Date(clock.now()).toISOString();
  const stream = createHealthStream({
    epoch,
    clock,
    report,
    volume: (name) => volumes.report(name),
  });
  const publishing = createPublishing({ clock, publish: stream.publish });
  const volumes = createVolumes({
    ...asking,
    configured: config.volume,
    clock,
    random,
    onReport(volume, now, previous) {
      stream.measured(volume, { isOtherFigures: isOtherFigures(previous, now) });
      publishing.take(volume, now, previous);
      if (isTransition(previous, now)) onTransition(volume, now);
    },
  });

  return {
    report,
    unchangedSince(known) {
      const position = stream.position();
      if (known.epoch !== position.epoch || known.seq !== position.seq) return null;
      return { ...envelope(), unchanged: true };
    },
    publicReport() {
      const reports = volumes.reports();
      return { ...service, connectivity: connectivity(latestCheck(reports)), volumes: mapValues(reports, floorOf) };
    },
    volume: volumes.report,
    hwinfo: volumes.getHwinfo,
    check: volumes.check,
    watch: stream.watch,
    volumes: () =>
      Object.entries(config.volume).map(([name, { backend, path, fsprefix }]) => ({
        name,
        backend,
        path,
        fsprefix: fsprefix ?? '.',
      })),
    isReady,
    reconfigure(next) {
      isReady();
      config = next;
      const changes = volumes.reconfigure(next.volume);
      for (const volume of changes.removed) publishing.forget(volume);
      if (changes.removed.length > 0) stream.forget(changes.removed);
      for (const volume of [...changes.added, ...changes.changed]) publishing.publishNow(volume);
      return changes;
    },
    stop() {
      volumes.stop();
      publishing.stop();
    },
  };

  function isReady(): boolean {
    wasReady ||= clock.mono() - startedMs > FIRST_SWEEP_MS || volumes.isEachChecked();
    return wasReady;
  }

  function report(): HealthReport {
    return { ...envelope(), volumes: volumes.reports() };
  }

  function envelope(): Omit<HealthReport, 'volumes'> {
    return {
      ...service,
      proxy: config.storage_proxy.node_id ?? 'storage-proxy',
      ...stream.position(),
      mono_ms: clock.mono(),
      connectivity: connectivity(new Date(clock.now()).toISOString()),
    };
  }

  /** Moves no oftener than what is said of the volumes, so that an answer made of both can be told to be the same. */
  function latestCheck(reports: Readonly<Record<string, VolumeReport>>): string {
    return Object.values(reports).reduce((latest, { last_checked_at }) => {
      return last_checked_at !== null && last_checked_at > latest ? last_checked_at : latest;
    }, startedAt);
  }
}

/** There is nothing that a proxy would have to be connected with. */
function connectivity(timestamp: string): HealthReport['connectivity'] {
  return { overall_healthy: true, connectivity_checks: [], timestamp };
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
