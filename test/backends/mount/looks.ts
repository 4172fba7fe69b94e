import type { MountLook } from '../../../backends/mount/mount-look.ts';
import type { MarkerFile, MountEvidence, MountStep, XattrRead } from '../../../backends/mount/mount-question.ts';
import type { MountRow } from '../../../backends/mount/mountinfo.ts';

/** An xfs mount of its own at `/v/a`, 35 % used. */
export const XFS: MountRow = {
  id: 61,
  root: '/',
  mountPoint: '/v/a',
  options: ['rw', 'relatime'],
  fstype: 'xfs',
  source: '/dev/sdb1',
  superOptions: ['rw', 'inode64'],
};

/** What lies beneath it. */
export const ROOT: MountRow = { ...XFS, id: 27, mountPoint: '/', fstype: 'ext4', source: '/dev/sda1' };

export const STATFS: NonNullable<MountEvidence['statfs']> = {
  type: 0x58465342n,
  blockBytes: 4_096n,
  blocks: 1_000n,
  bfree: 630n,
  bavail: 630n,
  files: 100n,
  ffree: 50n,
};

const STAT: NonNullable<MountEvidence['stat']> = {
  dev: 1n,
  ino: 128n,
  mode: 0o40755,
  nlink: 2n,
  isDirectory: true,
  bornNs: 7n,
};

export interface LookOptions extends Partial<Omit<MountLook, 'evidence'>> {
  readonly stat?: Partial<NonNullable<MountEvidence['stat']>>;
  readonly marker?: MarkerFile;
  readonly xattr?: XattrRead;
  readonly mountId?: number;
  readonly statfs?: Partial<NonNullable<MountEvidence['statfs']>>;
}

/** A look at `/v/a` that all is well with but for what is said. */
export function lookAt({ stat, statfs, marker, xattr, mountId, ...rest }: LookOptions = {}): MountLook {
  const row = rest.row === undefined ? XFS : rest.row;
  return {
    volumeName: 'volume1',
    path: '/v/a',
    row,
    expectation: {},
    expectedTypes: null,
    capacityWarnPercent: 90,
    needsProjectQuota: false,
    asRoot: true,
    marker: marker ?? { text: 'volume1' },
    ...rest,
    evidence: {
      ...(row === null ? {} : { mountId: mountId ?? row.id, realPath: '/v/a' }),
      stat: { ...STAT, ...stat },
      opened: true,
      statfs: { ...STATFS, ...statfs },
      ...(xattr === undefined ? {} : { xattr }),
    },
  };
}

/** The same look, but a step fails with that errno. */
export function lookFailing(step: MountStep, errno: number, options: LookOptions = {}): MountLook {
  const look = lookAt(step === 'identity' ? { row: null, ...options } : options);
  const { mountId, realPath } = look.evidence;
  return {
    ...look,
    evidence: {
      ...(mountId === undefined ? {} : { mountId }),
      ...(realPath === undefined ? {} : { realPath }),
      ...(options.stat === undefined ? {} : { stat: { ...STAT, ...options.stat } }),
      failure: { step, errno, message: `Unknown system error -${errno}` },
    },
  };
}
