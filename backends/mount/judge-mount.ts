import type { Metadata } from '../../schema/json.ts';
import type { CheckAnswer } from '../backend.ts';
import { type Capacity, isNearlyFull, readCapacity, stepOf } from './capacity.ts';
import { judgeFailure } from './mount-errno.ts';
import { FAULTS, type MountFault } from './mount-fault.ts';
import { findIdentityFault, identityOf, type MountIdentity } from './mount-identity.ts';
import type { MountLook } from './mount-look.ts';
import { judgeMarker, type MarkedDirectory } from './mount-marker.ts';
import { isAtMountPoint } from './mount-point.ts';
import { findWarnings } from './mount-warnings.ts';
import type { MountRow } from './mountinfo.ts';

/** What is remembered from look to look. */
export interface MountMemory {
  /** What was mounted at the last good look. */
  readonly baseline: MountIdentity | null;
  readonly marked: MarkedDirectory | null;
  readonly nearlyFull: boolean;
}

/** ENODATA and EOPNOTSUPP. */
const NO_SUCH_XATTR = [61, 95];

export const NO_MEMORY: MountMemory = { baseline: null, marked: null, nearlyFull: false };

/** The verdict on a mount: evidence against it is a fail, what cannot be told is unknown. Pure. */
export function judgeMount(look: MountLook, memory: MountMemory): { answer: CheckAnswer; memory: MountMemory } {
  const { row } = look;
  const atMountPoint = isAtMountPoint(look);
  const marker = judgeMarker(look, isAdoption(look, memory) ? null : memory.marked);
  const blocking =
    findBlockingFault(look, {
      isMountPoint: atMountPoint,
      baseline: memory.baseline,
      isMarked: marker.identifies,
    }) ?? marker.fault;
  if (blocking !== null) {
    const metadata = metadataOf(row, null);
    const { status, summary } = FAULTS[blocking.reason];
    return { answer: { status, reason: blocking.reason, summary, info: blocking.info, metadata }, memory };
  }

  const capacity = look.evidence.statfs === undefined ? null : readCapacity(look.evidence.statfs);
  const nearlyFull =
    capacity === null ? memory.nearlyFull : isNearlyFull(capacity, look.capacityWarnPercent, memory.nearlyFull);
  const warnings = findWarnings(look, { capacity, nearlyFull, vanished: marker.warning });
  const [worst] = warnings;
  const used = capacity === null ? '' : `, ${stepOf(capacity)} % used`;
  const state = atMountPoint || isOfExpectedType(look) ? 'mounted' : 'usable';
  const notChecked = [...(row === null ? ['mount identity'] : []), ...(isBeyondIt(look) ? ['extended attribute'] : [])];
  const answer: CheckAnswer = {
    status: worst === undefined ? 'pass' : 'warn',
    reason: worst?.reason ?? 'OK',
    summary:
      worst === undefined ? state + used : FAULTS[worst.reason].summary + (worst.reason === 'NEARLY_FULL' ? used : ''),
    info: [
      ...warnings.map(({ info }) => info),
      describe(look, capacity),
      ...(marker.note === null ? [] : [marker.note]),
    ].join('; '),
    metadata: metadataOf(row, capacity),
    ...(notChecked.length > 0 ? { notChecked } : {}),
  };
  const baseline = row === null ? memory.baseline : identityOf(row);
  return { answer, memory: { baseline, marked: marker.marked, nearlyFull } };
}

/** What was known before was known of another mount, on which this one now lies. */
function isAdoption({ row }: MountLook, { baseline }: MountMemory): boolean {
  return row !== null && baseline !== null && row.mountPoint !== baseline.mountPoint;
}

function isOfExpectedType({ row, expectedTypes }: MountLook): boolean {
  return row !== null && expectedTypes !== null && expectedTypes.includes(row.fstype);
}

/** What makes the volume unusable, or its state untold. That a mount is wrong comes before what it answers. */
function findBlockingFault(
  look: MountLook,
  known: { isMountPoint: boolean; baseline: MountIdentity | null; isMarked: boolean },
): MountFault | null {
  const { path, evidence, row } = look;
  const identityFault = row === null ? null : findIdentityFault({ ...look, ...known, row });
  if (identityFault !== null) return identityFault;
  const place = row === null ? '' : `; ${describe(look, null)}`;
  if (evidence.failure !== undefined && !isBeyondIt(look)) {
    const fault = judgeFailure(evidence.failure, { ...look, ...known, stat: evidence.stat });
    return { ...fault, info: fault.info + place };
  }
  if (evidence.xattr !== undefined && 'missing' in evidence.xattr) {
    return { reason: 'TOOL_MISSING', info: `getfattr is needed to ask the file system${place}` };
  }
  if (evidence.xattr !== undefined && 'trouble' in evidence.xattr) {
    return { reason: 'CHECK_FAILED', info: evidence.xattr.trouble + place };
  }
  if (evidence.stat?.isDirectory === false) return { reason: 'NOT_A_DIRECTORY', info: `${path} is something else` };
  // Some file systems count no links; but the root of a file system cannot have been deleted.
  if (evidence.stat?.nlink === 0n && row?.root !== '/') return { reason: 'MOUNT_DELETED', info: `${path} has no link` };
  const hasShutDown = row?.superOptions.includes('shutdown') === true;
  return hasShutDown ? { reason: 'IO_ERROR', info: `the file system has shut itself down${place}` } : null;
}

/** Whether all that failed is an attribute that a file system which the configuration allows for need not have. */
function isBeyondIt({ row, expectedTypes, evidence: { failure } }: MountLook): boolean {
  if (row === null || failure === undefined) return false;
  const isExpected = expectedTypes?.includes(row.fstype) === true;
  return !isExpected && failure.step === 'xattr' && NO_SUCH_XATTR.includes(failure.errno);
}

function describe({ path, row }: MountLook, capacity: Capacity | null): string {
  const mount = row === null ? path : `${path} is on ${row.fstype} ${row.source}`;
  return capacity === null ? mount : `${mount}, ${capacity.usedBytes} of ${capacity.capacityBytes} bytes used`;
}

function metadataOf(row: MountRow | null, capacity: Capacity | null): Metadata {
  const fstype = row === null ? {} : { fstype: row.fstype };
  if (capacity === null) return fstype;
  return {
    ...fstype,
    capacity_bytes: jsonOf(capacity.capacityBytes),
    used_bytes: jsonOf(capacity.usedBytes),
    available_bytes: jsonOf(capacity.availableBytes),
    used_percent: stepOf(capacity),
  };
}

/** A number where JSON can carry it exactly, else its digits. */
function jsonOf(value: bigint): number | string {
  return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value.toString();
}
