/** How often a simulated world came to where something is to be found. */
export interface Coverage {
  readonly reached: (what: string) => void;
  readonly counts: () => ReadonlyMap<string, number>;
}

export function createCoverage(): Coverage {
  const counts = new Map<string, number>();
  return {
    reached(what) {
      counts.set(what, (counts.get(what) ?? 0) + 1);
    },
    counts: () => counts,
  };
}
