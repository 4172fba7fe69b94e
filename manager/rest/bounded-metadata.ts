import type { Json, Metadata } from '../../schema/json.ts';

const MAX_BYTES = 2_048;
/** As much as it takes to say how much was left out. */
const RESERVED_BYTES = 32;
const MAX_DEPTH = 8;

/** Details of a storage system, whatever was sent as such, within bounds: what does not fit is left out and counted. */
export function boundedMetadata(said: unknown): Metadata {
  if (typeof said !== 'object' || said === null || Array.isArray(said)) return {};
  const kept: [string, Json][] = [];
  let bytes = 2;
  let leftOut = 0;
  for (const [key, value] of Object.entries(said)) {
    const size = isShallow(value, MAX_DEPTH) ? Buffer.byteLength(JSON.stringify({ [key]: value })) : Infinity;
    if (bytes + size > MAX_BYTES - RESERVED_BYTES) {
      leftOut += 1;
    } else {
      bytes += size;
      kept.push([key, value as Json]);
    }
  }
  // A key may be `__proto__`: only so is it one like any other.
  return Object.fromEntries(leftOut === 0 ? kept : [...kept, ['left_out', leftOut]]);
}

/** What lies too deep would exhaust the stack of whoever writes it out. */
function isShallow(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return true;
  return depth > 0 && Object.values(value).every((inner) => isShallow(inner, depth - 1));
}
