import { z } from 'zod';
import { type Backend, defineBackend } from './backend.ts';
import { pathChecks } from './mount/path-checks.ts';

export interface MountOnlyOptions {
  /** Types that its file system has in mountinfo. */
  readonly expectedTypes: readonly string[];
  /** What is there to be asked besides, and is not. */
  readonly notChecked: string;
}

/** A storage system of which the mount alone is asked, and which says so. */
export function mountOnly({ expectedTypes, notChecked }: MountOnlyOptions): Backend {
  return defineBackend({
    options: z.strictObject({}),
    open: (volume) =>
      pathChecks(volume, { expectedTypes }).map((check) =>
        check.name === 'mount' ? { ...check, ask: (signal) => asked(check.ask(signal)) } : check,
      ),
  });

  async function asked(asking: ReturnType<ReturnType<typeof pathChecks>[number]['ask']>) {
    const answer = await asking;
    return { ...answer, notChecked: [...(answer.notChecked ?? []), notChecked] };
  }
}
