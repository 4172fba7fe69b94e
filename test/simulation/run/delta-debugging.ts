/**
 * Leaves out what it can, in ever smaller pieces, the first ones first, until nothing can be left out alone: Zeller's
 * `ddmin`, by complements. `tried` says what of the items it is given is still needed; null if something is missing.
 */
export async function minimised<T>(
  items: readonly T[],
  tried: (items: readonly T[]) => Promise<readonly T[] | null>,
): Promise<readonly T[]> {
  let needed = items;
  let pieces = 2;
  while (needed.length > 0) {
    const smaller = await withoutAPiece(needed, Math.min(pieces, needed.length), tried);
    if (smaller !== null) {
      needed = smaller;
      pieces = Math.max(2, pieces - 1);
    } else if (pieces < needed.length) {
      pieces *= 2;
    } else {
      break;
    }
  }
  return needed;
}

async function withoutAPiece<T>(
  items: readonly T[],
  pieces: number,
  tried: (items: readonly T[]) => Promise<readonly T[] | null>,
): Promise<readonly T[] | null> {
  for (let piece = 0; piece < pieces; piece += 1) {
    const from = Math.floor((piece * items.length) / pieces);
    const to = Math.floor(((piece + 1) * items.length) / pieces);
    const needed = await tried([...items.slice(0, from), ...items.slice(to)]);
    if (needed !== null) return needed;
  }
  return null;
}
