import { type Clock, moment } from '../../probe/clock.ts';
import { createFeed, parsePosition } from '../../probe/feed.ts';
import type { StorageProxy } from '../../proxy/storage-proxy.ts';
import type { ProxyEvent } from '../../schema/proxy-event.ts';
import type { ProxyWatchOptions } from '../../router/proxy.ts';
import type { HealthReport } from '../../schema/health-report.ts';
import type { VolumeReport } from '../../schema/volume-report.ts';
import { type SimulatedVolume, simulatedReport } from './simulated-volume.ts';

export interface SimulatedProxyOptions {
  readonly name: string;
  readonly volumes: number;
  /** The ordinal of its first volume. */
  readonly first: number;
  readonly clock: Clock;
}

export interface SimulatedProxy extends StorageProxy {
  /** Turns a volume from healthy to offline, or back, and tells every reader. */
  readonly change: (volume: number, serial: number) => void;
  /** Has a check of a volume find another fill: texts move, no verdict does. */
  readonly fill: (volume: number) => void;
}

/** A storage proxy as its readers see it, without storage: real contents, real feed, next to no memory a volume. */
export function createSimulatedProxy({ name, volumes, first, clock }: SimulatedProxyOptions): SimulatedProxy {
  const epoch = `${name}@${clock.mono()}`;
  const service = { status: 'healthy', version: '0.1.0', component: 'storage-proxy' } as const;
  const feed = createFeed<HealthReport, VolumeReport>({ epoch, snapshot: report, clock });
  const all = Array.from({ length: volumes }, (_, index) => newVolume(index));
  const indexOf = new Map(all.map((volume, index) => [volume.name, index]));

  return {
    report,
    publicReport: () => ({ ...service, volumes: reports() }),
    volume: reportOf,
    hwinfo: reportOf,
    check: (volume) => Promise.resolve(reportOf(volume)),
    watch,
    volumes: () => all.map((volume) => ({ name: volume.name, backend: 'vfs', path: `/${volume.name}`, fsprefix: '.' })),
    isReady: () => true,
    stop: () => {},
    change(index, serial) {
      const volume = all[index]!;
      volume.status = volume.status === 'healthy' ? 'offline' : 'healthy';
      volume.serial = serial;
      volume.sinceMs = clock.now();
      volume.changedMonoMs = clock.mono();
      publish(volume);
    },
    fill(index) {
      const volume = all[index]!;
      volume.fills += 1;
      publish(volume);
    },
  };

  function newVolume(index: number): SimulatedVolume {
    const volume = `volume${index}`;
    const at = moment(clock);
    return {
      ordinal: first + index,
      proxy: name,
      name: volume,
      status: 'healthy',
      serial: 0,
      fills: 0,
      sinceMs: at.wall,
      changedMonoMs: 0,
    };
  }

  function publish(volume: SimulatedVolume): void {
    feed.publish(volume.name, simulatedReport(volume, moment(clock)));
  }

  function reports(): Record<string, VolumeReport> {
    const now = moment(clock);
    return Object.fromEntries(all.map((volume) => [volume.name, simulatedReport(volume, now)]));
  }

  function reportOf(volume: string): VolumeReport | null {
    const index = indexOf.get(volume);
    return index === undefined ? null : simulatedReport(all[index]!, moment(clock));
  }

  function report(): HealthReport {
    const { wall, mono } = moment(clock);
    return {
      ...service,
      proxy: name,
      ...feed.position(),
      mono_ms: mono,
      connectivity: { overall_healthy: true, connectivity_checks: [], timestamp: new Date(wall).toISOString() },
      volumes: reports(),
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
