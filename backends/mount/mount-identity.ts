import type { MountExpectation } from '../../schema/proxy-config.ts';
import type { MountFault } from './mount-fault.ts';
import type { MountRow } from './mountinfo.ts';

/**
 * What a mount is: stays the same when it is mounted again, as `st_dev` does not.
 * `mountPoint` tells a file system mounted further down from one that took another's place.
 */
export type MountIdentity = Pick<MountRow, 'fstype' | 'source' | 'root' | 'mountPoint'>;

export interface IdentityQuestion {
  readonly path: string;
  readonly row: MountRow;
  /** The path is a mount of its own; else it lies on its parent's. */
  readonly isMountPoint: boolean;
  readonly expectation: MountExpectation;
  /** Types that the backend's file system has in mountinfo; `null` = any, and a plain directory will do. */
  readonly expectedTypes: readonly string[] | null;
  /** What was adopted before; `null` before the first good check. */
  readonly baseline: MountIdentity | null;
  /** It is known by its marker: the same storage, whatever it is called now. */
  readonly isMarked: boolean;
}

/** Whether what lies at the path is what should: by the configuration, by the backend, and by what was there before. */
export function findIdentityFault(question: IdentityQuestion): MountFault | null {
  const { path, row, isMountPoint, expectation, baseline, isMarked } = question;
  const types = typesOf(question);
  const fits = types === null ? row.fstype !== 'autofs' : types.includes(row.fstype);
  const fault = (reason: MountFault['reason'], expected: string): MountFault => ({
    reason,
    info: `${path}: expected ${expected}, found ${describe(row)}`,
  });

  if (row.root.endsWith('//deleted')) return fault('MOUNT_DELETED', 'a directory that exists');
  if (!isMountPoint && expectation.required === true) return fault('NOT_MOUNTED', 'a mount of its own');
  if (!fits) {
    // An automount point that brings nothing up is not a mount either.
    const isEmpty = !isMountPoint || row.fstype === 'autofs';
    return fault(isEmpty ? 'NOT_MOUNTED' : 'WRONG_MOUNT', types === null ? 'a mount' : `type ${types.join(' or ')}`);
  }
  for (const key of ['source', 'root'] as const) {
    const expected = expectation[key];
    if (expected !== undefined && expected !== row[key]) return fault('WRONG_MOUNT', `${key} ${expected}`);
  }
  if (baseline === null || isBelow(row.mountPoint, baseline.mountPoint)) return null;
  if (isBelow(baseline.mountPoint, row.mountPoint)) return fault('NOT_MOUNTED', describe(baseline));
  return isMarked || isSame(row, baseline) ? null : fault('WRONG_MOUNT', describe(baseline));
}

export function identityOf({ fstype, source, root, mountPoint }: MountRow): MountIdentity {
  return { fstype, source, root, mountPoint };
}

function typesOf({ expectation, expectedTypes }: IdentityQuestion): readonly string[] | null {
  if (expectation.fstype !== undefined) return [expectation.fstype];
  return expectation.required === false ? null : expectedTypes;
}

function isSame(a: MountIdentity, b: MountIdentity): boolean {
  return a.fstype === b.fstype && a.source === b.source && a.root === b.root;
}

function isBelow(inner: string, outer: string): boolean {
  return inner !== outer && inner.startsWith(outer.endsWith('/') ? outer : `${outer}/`);
}

const describe = ({ fstype, source, root, mountPoint }: MountIdentity): string =>
  `${fstype} ${source}, its ${root}, mounted at ${mountPoint}`;
