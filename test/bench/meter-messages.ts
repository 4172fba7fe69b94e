/** What a metered process is asked; it answers `end` and `profile`. */
export type MeterRequest = { readonly meter: 'begin' | 'end' } | { readonly meter: 'profile'; readonly ms: number };

export interface MeterReading {
  readonly wallMs: number;
  /** Of all its threads, in user and system mode. */
  readonly cpuMs: number;
  /** How late a timer is that comes due at any time, also within a turn that lasts long. */
  readonly lagsMs: readonly number[];
  /** After a full garbage collection. */
  readonly memory: NodeJS.MemoryUsage;
}

export type MeterReply = { readonly reading: MeterReading } | { readonly profile: string };
