/** What has happened of late in a simulated world, for whoever is to understand what went wrong. */
export interface Journal {
  /** Kept as it is, and only made to text when somebody reads it. */
  readonly note: (who: string, ...what: readonly unknown[]) => void;
  /** The latest lines, the oldest first. */
  readonly lines: () => string[];
}

const KEPT = 400;

export function createJournal(nowMs: () => number): Journal {
  const ring: [atMs: number, who: string, what: readonly unknown[]][] = [];
  let count = 0;
  return {
    note(who, ...what) {
      ring[count % KEPT] = [nowMs(), who, what];
      count += 1;
    },
    lines: () =>
      [...ring.slice(count % KEPT), ...ring.slice(0, count % KEPT)].map(
        ([atMs, who, what]) =>
          `${(atMs / 1_000).toFixed(3).padStart(12)} s  ${who.padEnd(20)}  ${what.map(String).join(' ')}`,
      ),
  };
}
