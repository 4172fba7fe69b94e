import type { MountFault } from './mount-fault.ts';
import type { MountLook } from './mount-look.ts';
import { MARKER_NAME, type MountEvidence } from './mount-question.ts';

/**
 * The directory in which the right marker was seen last. Ids of mounts and numbers of devices are given again as soon
 * as they are free; but what was made at another time is another directory.
 */
export type MarkedDirectory = Pick<NonNullable<MountEvidence['stat']>, 'dev' | 'ino' | 'bornNs'> & {
  readonly mountId: number | undefined;
};

/** What a volume's marker file says: a fault that blocks it, a warning, and what is known from now on. */
export interface MarkerVerdict {
  readonly fault: MountFault | null;
  readonly warning: MountFault | null;
  /** How sure the identity is, in a few words; `null` where the marker was not read. */
  readonly note: string | null;
  readonly marked: MarkedDirectory | null;
  /** It is the volume's, and the configuration goes by it. */
  readonly identifies: boolean;
}

/**
 * A marker that names another volume is evidence against the mount; so is one that must be there and is not. One that
 * has vanished is evidence only if something was mounted anew meanwhile. One that never was there says nothing. Pure.
 */
export function judgeMarker(look: MountLook, marked: MarkedDirectory | null): MarkerVerdict {
  const { evidence, marker: found, expectation, volumeName, path } = look;
  const file = `${path}/${MARKER_NAME}`;
  const verdict = (more: Partial<MarkerVerdict>): MarkerVerdict => ({
    fault: null,
    warning: null,
    note: null,
    marked,
    identifies: false,
    ...more,
  });
  if (expectation.marker === false || evidence.failure !== undefined) return verdict({});
  if (found === null && expectation.marker !== undefined) {
    return verdict({ fault: { reason: 'CHECK_FAILED', info: `${file} was not read` } });
  }
  if (found === null) return verdict({ note: 'its identity is unverified: its marker was not read in time' });

  const expected = typeof expectation.marker === 'string' ? expectation.marker : volumeName;
  if ('text' in found) {
    if (found.text === expected) {
      const identifies = expectation.marker !== undefined;
      return verdict({ note: 'its marker is right', marked: directoryOf(evidence), identifies });
    }
    const info = `${file} says "${found.text}", expected "${expected}"`;
    return verdict({ fault: { reason: 'WRONG_MARKER', info } });
  }
  const why = 'unreadable' in found ? found.unreadable : 'it is not there';
  if ('lacksRight' in found && expectation.marker !== undefined) {
    return verdict({ fault: { reason: 'NO_PERMISSION', info: `${file}: ${why}` } });
  }
  if (expectation.marker !== undefined) {
    return verdict({ fault: { reason: 'MARKER_MISSING', info: `${file}: ${why}` } });
  }
  if (marked !== null && 'absent' in found) {
    const isSameMount = isSame(directoryOf(evidence), marked);
    const info = `${file} is gone${isSameMount ? '' : ', and the file system has been mounted anew'}`;
    return isSameMount
      ? verdict({ warning: { reason: 'MARKER_VANISHED', info } })
      : verdict({ fault: { reason: 'MARKER_MISSING', info } });
  }
  return verdict({
    note: `its identity is unverified: ${'unreadable' in found ? `${file}: ${why}` : 'no marker file'}`,
  });
}

function directoryOf({ mountId, stat }: MountEvidence): MarkedDirectory | null {
  return stat === undefined ? null : { mountId, dev: stat.dev, ino: stat.ino, bornNs: stat.bornNs };
}

function isSame(a: MarkedDirectory | null, b: MarkedDirectory): boolean {
  // Where it is not known when one was made, that tells nothing.
  const isAsOld = a === null || a.bornNs === 0n || b.bornNs === 0n || a.bornNs === b.bornNs;
  return a !== null && isAsOld && a.mountId === b.mountId && a.dev === b.dev && a.ino === b.ino;
}
