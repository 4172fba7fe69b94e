/** Which volumes a proxy has, by its latest lists. A value: each list makes a new one. */
export interface Listing {
  /** By name, with the backend. */
  readonly backends: ReadonlyMap<string, string>;
  /** Those that the latest list alone does not name. */
  readonly missed: ReadonlySet<string>;
  /** Those that are gone, and since when, on the monotonic clock. */
  readonly unlisted: ReadonlyMap<string, number>;
}

export const NO_LISTING: Listing = { backends: new Map(), missed: new Set(), unlisted: new Map() };

const FORGOTTEN_MS = 86_400_000;
const MAX_UNLISTED = 1_000;

/**
 * What is known after a list. A proxy of Backend.AI may be several processes, each with a mind of its own: a volume is gone
 * once two lists in a row do not name it, and is forgotten a day later. Pure.
 */
export function nextListing(previous: Listing, said: ReadonlyMap<string, string>, nowMs: number): Listing {
  const backends = new Map(said);
  const missed = new Set<string>();
  const unlisted = [...previous.unlisted];
  for (const [name, backend] of previous.backends) {
    if (said.has(name)) continue;
    if (previous.missed.has(name)) {
      unlisted.push([name, nowMs]);
    } else {
      missed.add(name);
      backends.set(name, backend);
    }
  }
  const remembered = unlisted.filter(([name, sinceMs]) => !backends.has(name) && nowMs - sinceMs < FORGOTTEN_MS);
  return { backends, missed, unlisted: new Map(remembered.slice(-MAX_UNLISTED)) };
}
