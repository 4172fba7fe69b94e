import { randomUUID } from 'node:crypto';
import { createMountPool } from '../../backends/mount/worker-pool.ts';
import { systemClock } from '../../cli/system-clock.ts';
import { createStorageProxy } from '../../proxy/storage-proxy.ts';
import { VolumeConfig } from '../../schema/proxy-config.ts';
import type { VolumeReport } from '../../schema/volume-report.ts';

/** One volume, asked in real time by a storage proxy of its own. */
export interface WatchedVolume {
  /** What the proxy says of it now. */
  readonly report: () => VolumeReport;
  /** Resolves with the first report from now on that has these values. The test's timeout is the only limit. */
  readonly until: (wanted: Partial<VolumeReport>) => Promise<VolumeReport>;
  /** Resolves with what is said once a check has begun and ended from now on. */
  readonly checked: () => Promise<VolumeReport>;
  /** Ends the proxy and its workers, however stuck they are. */
  readonly stop: () => void;
}

const LOOK_MS = 20;

/** Begins to ask the volume; `config` as in `[volume.X]`, but that it is asked every second. */
export function watchVolume(config: { backend: string; path: string } & Record<string, unknown>): WatchedVolume {
  const pool = createMountPool();
  const volume = VolumeConfig.parse({ health_check_interval: '1s', health_check_timeout: '800ms', ...config });
  const proxy = createStorageProxy({
    config: { volume: { volume1: volume }, storage_proxy: {} },
    version: 'test',
    epoch: randomUUID(),
    askMount: pool.ask,
    clock: systemClock,
    random: Math.random,
  });
  const report = () => {
    const found = proxy.volume('volume1');
    if (found === null) throw new Error('the volume is not reported');
    return found;
  };
  return {
    report,
    until: (wanted) =>
      untilReport((now) => Object.entries(wanted).every(([key, value]) => now[key as keyof VolumeReport] === value)),
    async checked() {
      // The first one to end may have begun before.
      await nextCheck();
      return nextCheck();
    },
    stop() {
      proxy.stop();
      pool.stop();
    },
  };

  async function untilReport(isWanted: (report: VolumeReport) => boolean): Promise<VolumeReport> {
    for (;;) {
      const now = report();
      if (isWanted(now)) return now;
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
  }

  function nextCheck(): Promise<VolumeReport> {
    const { last_checked_at } = report();
    return untilReport((now) => now.last_checked_at !== last_checked_at);
  }
}
