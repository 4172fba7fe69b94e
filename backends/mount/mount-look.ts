import type { MountExpectation } from '../../schema/proxy-config.ts';
import type { MarkerFile, MountEvidence } from './mount-question.ts';
import type { MountRow } from './mountinfo.ts';

/** One look at a mount, and by what it is to be judged. */
export interface MountLook {
  readonly volumeName: string;
  readonly path: string;
  readonly evidence: MountEvidence;
  /** What the marker file says; `null` where it was not read, or not in time. */
  readonly marker: MarkerFile | null;
  /** The mount that the evidence names; `null` where that cannot be told. */
  readonly row: MountRow | null;
  readonly expectation: MountExpectation;
  /** Types that the backend's file system has in mountinfo; `null` = any, and a plain directory will do. */
  readonly expectedTypes: readonly string[] | null;
  readonly capacityWarnPercent: number;
  /** Project quotas are to be enforced. */
  readonly needsProjectQuota: boolean;
  /** The service may look at everything: being refused is the storage's doing. */
  readonly asRoot: boolean;
}
