import type { MountEvidence } from './mount-question.ts';

type Statfs = NonNullable<MountEvidence['statfs']>;

export interface Capacity {
  readonly capacityBytes: bigint;
  readonly usedBytes: bigint;
  /** What users can still have: without what is reserved for root. */
  readonly availableBytes: bigint;
  /** As `df` reckons it, not rounded. */
  readonly usedPercent: number;
}

/** A threshold that was crossed counts as crossed until it is this far away again. */
const HYSTERESIS_POINTS = 2;
/** CephFS says so many free inodes when it means "no limit". */
const UNLIMITED = 2n ** 64n - 1n;
/** Servers whose free space is below what is reserved say a negative number, which is read as a huge one. */
const NEGATIVE = 2n ** 63n;
const XFS_TYPE = 0x58465342n;
/** XFS never gives away its last blocks: it makes no file unless it has what one takes at worst. */
const XFS_RESERVED_BLOCKS = 48n;

/** `null` where the file system does not tell: Ceph without a manager says 0 blocks. */
export function readCapacity({ blockBytes, blocks, bfree, bavail }: Statfs): Capacity | null {
  if (blocks === 0n) return null;
  const used = blocks > bfree ? blocks - bfree : 0n;
  const available = bavail < NEGATIVE ? bavail : 0n;
  const usable = used + available;
  return {
    capacityBytes: blocks * blockBytes,
    usedBytes: used * blockBytes,
    availableBytes: available * blockBytes,
    usedPercent: usable === 0n ? 100 : Number((used * 10_000n) / usable) / 100,
  };
}

/** Whether nothing new can be stored. */
export function isOutOfBlocks({ availableBytes }: Capacity, { type, blockBytes }: Statfs): boolean {
  return availableBytes < (type === XFS_TYPE ? XFS_RESERVED_BLOCKS * blockBytes : 1n);
}

/** Some file systems have no fixed number of inodes, and say 0 of 0. */
export function isOutOfInodes({ files, ffree }: Statfs): boolean {
  return files > 0n && files !== UNLIMITED && ffree === 0n;
}

/** Whether the volume counts as nearly full, having counted as such or not before. */
export function isNearlyFull({ usedPercent }: Capacity, warnPercent: number, wasNearlyFull: boolean): boolean {
  return usedPercent >= warnPercent - (wasNearlyFull ? HYSTERESIS_POINTS : 0);
}

/** In steps of 5, rounded down, so that what people read does not move with each file. */
export function stepOf({ usedPercent }: Capacity): number {
  return Math.floor(usedPercent / 5) * 5;
}
