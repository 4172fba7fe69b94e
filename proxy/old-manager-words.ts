import type { HardwareMetadata } from '../schema/hardware-metadata.ts';
import type { Json, Metadata } from '../schema/json.ts';
import type { VolumeStatus } from '../schema/status.ts';

/** Backend.AI's `HardwareMetadata`, whose keys its manager checks to be exactly these, with texts in `metadata`. */
export interface UpstreamHwinfo {
  readonly status: VolumeStatus | 'degraded';
  readonly status_info: string | null;
  readonly metadata: Readonly<Record<string, string>>;
}

/** Backend.AI's `FSUsage`; -1 is what is not known. */
export interface UpstreamFsUsage {
  readonly capacity_bytes: number;
  readonly used_bytes: number;
}

/** A volume's `getHwinfo()` in Backend.AI's words. Pure. */
export function upstreamHwinfo({ status, status_info, degraded, metadata }: HardwareMetadata): UpstreamHwinfo {
  const texts = Object.entries(metadata).map(([key, value]) => [key, textOf(value)]);
  return { status: degraded ? 'degraded' : status, status_info, metadata: Object.fromEntries(texts) };
}

/** How full a volume's file system was when it was last looked at. Pure. */
export function upstreamFsUsage(metadata: Metadata): UpstreamFsUsage {
  return { capacity_bytes: bytesOf(metadata['capacity_bytes']), used_bytes: bytesOf(metadata['used_bytes']) };
}

const textOf = (value: Json): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** Beyond 2^53 metadata has the digits as a text: here they are rounded. */
function bytesOf(value: Json | undefined): number {
  if (typeof value === 'number') return value;
  return typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : -1;
}
