import type { z } from 'zod';
import type { Metadata } from '../schema/json.ts';
import type { MountExpectation } from '../schema/proxy-config.ts';
import type { Reason } from '../schema/reason.ts';
import type { CheckStatus } from '../schema/status.ts';
import type { MountAsker } from './mount/mount-asker.ts';
import type { Share } from './sharing.ts';

/** What a storage said to one check. */
export interface CheckAnswer {
  readonly status: CheckStatus;
  readonly reason: Reason;
  /** One stable sentence that anyone may see: counts and whole 5 % steps; no paths, devices, names, addresses, times. */
  readonly summary: string;
  /** Details for an administrator. */
  readonly info: string | null;
  readonly metadata?: Metadata;
  /** What could not be asked on this platform or with this configuration. */
  readonly notChecked?: readonly string[];
}

/** One thing to ask of a volume, on its own schedule. */
export interface CheckDefinition {
  readonly name: 'mount' | 'backend' | 'write';
  readonly intervalMs: number;
  readonly timeoutMs: number;
  /** What it says is a warning at worst: others say whether the volume can be used. */
  readonly isAdvisory?: true;
  /** While the mount answers well, that this check cannot tell is a warning at worst. */
  readonly yieldsToMount?: true;
  /**
   * Resolves with what the storage said; rejects when asking failed, which `readFailure` reads.
   * A call that cannot be aborted stays pending until it returns; it is never made twice at once.
   */
  readonly ask: (signal: AbortSignal) => Promise<CheckAnswer>;
  /** Which step a call that is out has reached, so that a hang can be located; `null` before the first. */
  readonly pendingStep?: () => string | null;
}

/** The clock of the service, as much of it as a backend needs. */
export interface MonotonicClock {
  /** Wall clock, milliseconds since the epoch: for people's eyes only. */
  readonly now: () => number;
  /** Milliseconds from an arbitrary start: never go back. */
  readonly mono: () => number;
}

/** A configured volume, as a backend gets it. */
export interface VolumeToOpen<O> {
  readonly name: string;
  readonly path: string;
  readonly intervalMs: number;
  /** As configured; each check has a default of its own. */
  readonly timeoutMs: number | undefined;
  readonly capacityWarnPercent: number;
  readonly mount: MountExpectation;
  /** How often a test file is written; `null`: never. */
  readonly writeIntervalMs: number | null;
  /** Whether the volume stays healthy, degraded, while its storage system's API cannot be asked. */
  readonly isApiOptional: boolean;
  readonly options: O;
  /** Asks a path without ever hanging the service. */
  readonly askMount: MountAsker;
  /**
   * What the volumes of one storage system have in common: its session; and what a volume remembers, which it has in
   * common with itself once its intervals and limits are others.
   */
  readonly share: Share;
  readonly clock: MonotonicClock;
}

export interface Backend<O = unknown> {
  readonly options: z.ZodType<O>;
  /** Turns a volume into its checks. Asks nothing yet, and never throws for a storage that is away. */
  readonly open: (volume: VolumeToOpen<O>) => readonly CheckDefinition[];
}

/** Declares a backend; its options' type comes from their schema. */
export function defineBackend<S extends z.ZodType>(backend: Backend<z.output<S>> & { readonly options: S }): Backend {
  return backend as unknown as Backend;
}

/** How long a check may take: as configured, else most of the interval but never more than `atMostMs`. */
export function checkTimeoutMs(
  volume: Pick<VolumeToOpen<unknown>, 'timeoutMs' | 'intervalMs'>,
  atMostMs: number,
): number {
  return volume.timeoutMs ?? Math.round(Math.min(volume.intervalMs * 0.8, atMostMs));
}

/** How long the check of a management API may take. */
export const apiTimeoutMs = (volume: Pick<VolumeToOpen<unknown>, 'timeoutMs' | 'intervalMs'>): number =>
  checkTimeoutMs(volume, 15_000);
