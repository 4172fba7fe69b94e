import type { MountFault } from './mount-fault.ts';
import type { MountLook } from './mount-look.ts';
import { MARKER_NAME } from './mount-question.ts';

/** On which mount the right marker was seen last. */
export interface MarkedMount {
  readonly mountId: number | undefined;
  readonly dev: bigint | undefined;
}

/** What a volume's marker file says: a fault that blocks it, a warning, and what is known from now on. */
export interface MarkerVerdict {
  readonly fault: MountFault | null;
  readonly warning: MountFault | null;
  /** How sure the identity is, in a few words; `null` where the marker was not read. */
  readonly note: string | null;
  readonly marked: MarkedMount | null;
}

/**
 * A marker that names another volume is evidence against the mount; so is one that must be there and is not. One that
 * has vanished is evidence only if something was mounted anew meanwhile. One that never was there says nothing. Pure.
 */
export function judgeMarker(look: MountLook, marked: MarkedMount | null): MarkerVerdict {
  const { evidence, expectation, volumeName, path } = look;
  const found = evidence.marker;
  const file = `${path}/${MARKER_NAME}`;
  const verdict = (more: Partial<MarkerVerdict>): MarkerVerdict => ({
    fault: null,
    warning: null,
    note: null,
    marked,
    ...more,
  });
  if (found === undefined || expectation.marker === false) return verdict({});

  const expected = typeof expectation.marker === 'string' ? expectation.marker : volumeName;
  const here: MarkedMount = { mountId: evidence.mountId, dev: evidence.stat?.dev };
  if ('text' in found) {
    if (found.text === expected) return verdict({ note: 'its marker is right', marked: here });
    const info = `${file} says "${found.text}", expected "${expected}"`;
    return verdict({ fault: { reason: 'WRONG_MARKER', info } });
  }
  const why = 'unreadable' in found ? found.unreadable : 'it is not there';
  if (expectation.marker !== undefined)
    return verdict({ fault: { reason: 'MARKER_MISSING', info: `${file}: ${why}` } });
  if (marked !== null && 'absent' in found) {
    const isSameMount = here.mountId === marked.mountId && here.dev === marked.dev;
    const info = `${file} is gone${isSameMount ? '' : ', and the file system has been mounted anew'}`;
    return isSameMount
      ? verdict({ warning: { reason: 'MARKER_VANISHED', info } })
      : verdict({ fault: { reason: 'MARKER_MISSING', info } });
  }
  return verdict({
    note: `its identity is unverified: ${'unreadable' in found ? `${file}: ${why}` : 'no marker file'}`,
  });
}
