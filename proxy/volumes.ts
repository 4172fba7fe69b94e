import { isDeepStrictEqual } from 'node:util';
import type { CheckDefinition } from '../backends/backend.ts';
import { createSharing, type Sharer } from '../backends/sharing.ts';
import { type Clock, moment } from '../probe/clock.ts';
import type { HardwareMetadata } from '../schema/hardware-metadata.ts';
import type { ProxyConfig, VolumeConfig } from '../schema/proxy-config.ts';
import type { VolumeReport } from '../schema/volume-report.ts';
import { createChecks } from './checks.ts';
import { type Means, openVolume } from './open-volume.ts';
import { changesBetween, isSameStorage, NO_CHANGES, type VolumeChanges } from './volume-changes.ts';
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
  /**
   * Goes on with other volumes. One that is configured as before does not notice. One whose storage is asked the same,
   * at another pace or judged otherwise, keeps what is known of it, and calls that are out; any other begins anew. What
   * is out for a volume that is gone is aborted. Does nothing once it has stopped.
   */
  readonly reconfigure: (configured: ProxyConfig['volume']) => VolumeChanges;
  readonly stop: () => void;
}

interface Volume {
  readonly config: VolumeConfig;
  readonly checks: readonly CheckDefinition[];
  readonly sharer: Sharer;
  reported: ReportedVolume;
}

/** Opens every configured volume and starts asking it; one that cannot be opened stops no other. */
export function createVolumes({ configured, clock, random, onReport, ...asking }: VolumesOptions): Volumes {
  const sharing = createSharing();
  const checks = createChecks({ clock, random, onOutcome: update });
  let volumes = volumesOf(configured, new Map());
  let isStopped = false;

  return {
    reports: () => Object.fromEntries(Array.from(volumes, ([name, { reported }]) => [name, reported.report])),
    report: (name) => volumes.get(name)?.reported.report ?? null,
    getHwinfo(name) {
      const report = volumes.get(name)?.reported.report;
      if (report === undefined) return null;
      const { status, status_info, metadata, degraded, reason, checks: made } = report;
      return { status, status_info, metadata, degraded, reason, checks: made };
    },
    check: checkNow,
    isEachChecked: checks.isEachMade,
    reconfigure(next) {
      if (isStopped) return NO_CHANGES;
      const before = volumes;
      volumes = volumesOf(next, before);
      for (const [name, volume] of before) if (!volumes.has(name)) close(name, volume);
      return changesBetween(configsOf(before), next);
    },
    stop() {
      isStopped = true;
      checks.stop();
      for (const { sharer } of volumes.values()) sharer.leave();
    },
  };

  function update(name: string): void {
    const volume = volumes.get(name)!;
    const { report: previous } = volume.reported;
    volume.reported = reportedOf(name, volume, volume.reported);
    onReport(name, volume.reported.report, previous);
  }

  async function checkNow(name: string): Promise<VolumeReport | null> {
    const volume = volumes.get(name);
    if (volume === undefined) return null;
    if (!isStopped) await Promise.all(volume.checks.map((check) => checks.makeNow(name, check)));
    // It may have gone meanwhile, or be another one.
    return volumes.get(name) === volume ? volume.reported.report : checkNow(name);
  }

  function volumesOf(next: ProxyConfig['volume'], before: ReadonlyMap<string, Volume>): ReadonlyMap<string, Volume> {
    return new Map(
      Object.entries(next).map(([name, config]) => [name, nextVolume(name, config, before.get(name) ?? null)]),
    );
  }

  function nextVolume(name: string, config: VolumeConfig, before: Volume | null): Volume {
    if (before !== null && isDeepStrictEqual(before.config, config)) return before;
    const sharer = sharing.join();
    const opened = openVolume(name, config, { ...asking, share: sharer.share, clock });
    // Only now: what both share goes on.
    if (before !== null) close(name, before, isSameStorage(before.config, config) ? opened : []);
    for (const check of opened) checks.make(name, check);
    const volume = { config, checks: opened, sharer };
    return { ...volume, reported: reportedOf(name, volume, before?.reported ?? null) };
  }

  /** Its checks are made no more, but for those that go on otherwise. */
  function close(name: string, volume: Volume, goingOn: readonly CheckDefinition[] = []): void {
    const kept = new Set(goingOn.map((check) => check.name));
    for (const check of volume.checks) if (!kept.has(check.name)) checks.end(name, check);
    volume.sharer.leave();
  }

  function reportedOf(
    name: string,
    { config: { backend }, checks: made }: Pick<Volume, 'config' | 'checks'>,
    previous: ReportedVolume | null,
  ): ReportedVolume {
    const states = made.map((check) => checks.state(name, check));
    return nextReport(previous, { backend, checks: states, now: moment(clock) });
  }
}

const configsOf = (volumes: ReadonlyMap<string, Volume>): ProxyConfig['volume'] =>
  Object.fromEntries(Array.from(volumes, ([name, { config }]) => [name, config]));
