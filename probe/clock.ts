/** Time, as the engine sees it. Injected, so that tests own it. */
export interface Clock {
  /** Wall clock, milliseconds since the epoch. For people's eyes only: no verdict depends on it. */
  readonly now: () => number;
  /** Milliseconds from an arbitrary start: never go back, and count the time that the machine is suspended. */
  readonly mono: () => number;
  /** Calls back once after `ms`; the function it returns takes that back. */
  readonly after: (ms: number, callback: () => void) => () => void;
}

/** One instant on both clocks. */
export interface Moment {
  readonly wall: number;
  readonly mono: number;
}

export function moment(clock: Clock): Moment {
  return { wall: clock.now(), mono: clock.mono() };
}

/** The wall-clock side of a moment as it stands on the wire. */
export function isoOf(at: Moment): string {
  return new Date(at.wall).toISOString();
}
