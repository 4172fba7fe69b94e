import { type Clock, moment } from '../../probe/clock.ts';
import { createHealthStream } from '../../proxy/health-stream.ts';
import type { StorageProxy } from '../../proxy/storage-proxy.ts';
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
  /** A check of a volume has been made: its times have moved, and its texts if it found another fill. */
  readonly checked: (volume: number, hasFilled: boolean) => void;
}

/** A storage proxy as its readers see it, without storage: real contents, real feed, next to no memory a volume. */
export function createSimulatedProxy({ name, volumes, first, clock }: SimulatedProxyOptions): SimulatedProxy {
  const epoch = `${name}@${clock.mono()}`;
  const service = { status: 'healthy', version: '0.1.0', component: 'storage-proxy' } as const;
  const stream = createHealthStream({ epoch, clock, report, volume: (volume) => reportOf(volume)! });
  const all = Array.from({ length: volumes }, (_, index) => newVolume(index));
  const indexOf = new Map(all.map((volume, index) => [volume.name, index]));

  return {
    report,
    unchangedSince(known) {
      const { epoch: current, seq } = stream.position();
      return known.epoch === current && known.seq === seq ? { ...envelope(), unchanged: true } : null;
    },
    publicReport: () => ({ ...service, connectivity: envelope().connectivity, volumes: reports() }),
    volume: reportOf,
    hwinfo: reportOf,
    check: (volume) => Promise.resolve(reportOf(volume)),
    watch: stream.watch,
    volumes: () => all.map((volume) => ({ name: volume.name, backend: 'vfs', path: `/${volume.name}`, fsprefix: '.' })),
    isReady: () => true,
    reconfigure: () => ({ added: [], removed: [], changed: [] }),
    stop: () => {},
    change(index, serial) {
      const volume = all[index]!;
      volume.status = volume.status === 'healthy' ? 'offline' : 'healthy';
      volume.serial = serial;
      volume.sinceMs = clock.now();
      volume.changedMonoMs = clock.mono();
      stream.measured(volume.name, { isOtherFigures: false });
      stream.publish(volume.name);
    },
    checked(index, hasFilled) {
      const volume = all[index]!;
      if (hasFilled) volume.fills += 1;
      stream.measured(volume.name, { isOtherFigures: hasFilled });
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

  function reports(): Record<string, VolumeReport> {
    const now = moment(clock);
    return Object.fromEntries(all.map((volume) => [volume.name, simulatedReport(volume, now)]));
  }

  function reportOf(volume: string): VolumeReport | null {
    const index = indexOf.get(volume);
    return index === undefined ? null : simulatedReport(all[index]!, moment(clock));
  }

  function report(): HealthReport {
    return { ...envelope(), volumes: reports() };
  }

  function envelope(): Omit<HealthReport, 'volumes'> {
    const { wall, mono } = moment(clock);
    return {
      ...service,
      proxy: name,
      ...stream.position(),
      mono_ms: mono,
      connectivity: { overall_healthy: true, connectivity_checks: [], timestamp: new Date(wall).toISOString() },
    };
  }
}
