/** What is troubled in a world, and since when it no longer is. A subject is a process's name, or `manager>proxy`. */
export interface Troubles {
  /** Begins one; the function it returns ends it. */
  readonly begin: (...subjects: readonly string[]) => () => void;
  /** Since when none of them is troubled; null while one is. */
  readonly quietSinceMs: (...subjects: readonly string[]) => number | null;
}

export function createTroubles(nowMs: () => number): Troubles {
  const going = new Map<string, number>();
  const endedMs = new Map<string, number>();
  return {
    begin(...subjects) {
      for (const subject of subjects) going.set(subject, (going.get(subject) ?? 0) + 1);
      let isOver = false;
      return () => {
        if (isOver) return;
        isOver = true;
        for (const subject of subjects) {
          going.set(subject, going.get(subject)! - 1);
          endedMs.set(subject, nowMs());
        }
      };
    },
    quietSinceMs(...subjects) {
      if (subjects.some((subject) => (going.get(subject) ?? 0) > 0)) return null;
      return Math.max(0, ...subjects.map((subject) => endedMs.get(subject) ?? 0));
    },
  };
}
