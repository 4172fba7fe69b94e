import type { VolumeReport } from '../../schema/volume-report.ts';
import type { WatchedVolume } from './watched-volume.ts';

/** A fault of a real storage, put in place and taken away while a volume on it is watched. */
export interface Fault {
  readonly name: string;
  /** Resolves once the fault is in place. */
  readonly inject: () => Promise<void> | void;
  /** What the volume comes to say of it. */
  readonly expected: Partial<VolumeReport>;
  readonly heal: () => Promise<void> | void;
  /** What the volume says once the fault is gone. */
  readonly healed?: Partial<VolumeReport>;
}

/** What was seen of each fault, for people to read. */
export interface FaultTable {
  /** Puts the fault in place, waits until the volume says what is expected, takes it away, waits for recovery. */
  readonly suffer: (volume: WatchedVolume, fault: Fault) => Promise<VolumeReport>;
  /** Puts a fault in place that no check sees, waits for one that finds all well, and takes the fault away. */
  readonly overlook: (volume: WatchedVolume, fault: Pick<Fault, 'name' | 'inject' | 'heal'>) => Promise<VolumeReport>;
  readonly print: () => void;
}

const HEALTHY: Partial<VolumeReport> = { status: 'healthy', degraded: false };

export function createFaultTable(title: string): FaultTable {
  const rows: string[][] = [];
  return {
    async suffer(volume, { name, inject, expected, heal, healed = HEALTHY }) {
      await volume.until(healed);
      await inject();
      const injectedMs = performance.now();
      const report = await volume.until(expected);
      const detected = seconds(performance.now() - injectedMs);
      await heal();
      const healedMs = performance.now();
      await volume.until(healed);
      const recovered = seconds(performance.now() - healedMs);
      add(name, report, [detected, recovered]);
      return report;
    },
    async overlook(volume, { name, inject, heal }) {
      await volume.until(HEALTHY);
      await inject();
      await volume.checked();
      const report = await volume.until(HEALTHY);
      await heal();
      add(name, report, ['not seen', '']);
      return report;
    },
    print() {
      const header = ['fault', 'observed', 'status', 'reason', 'sentence', 'detected after', 'recovered after'];
      const lines = [header, header.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
      console.log([`\n${title}`, ...lines].join('\n'));
    },
  };

  function add(name: string, { status, degraded, reason, status_info, checks }: VolumeReport, times: string[]): void {
    const observed = checks.find((check) => check.reason === reason)?.info ?? '';
    rows.push([name, observed, `${status}${degraded ? ', degraded' : ''}`, reason, status_info ?? '', ...times]);
  }
}

const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`;
