import { readFileSync } from 'node:fs';

/** CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH; see capabilities(7). */
const LOOK_ANYWHERE = 0b110n;

/** Whether permissions of files do not hold this process: root may have been deprived of that. */
export function mayLookAnywhere(): boolean {
  if (process.platform !== 'linux') return process.geteuid?.() === 0;
  const effective = /^CapEff:\s*([0-9a-f]+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '0';
  return (BigInt(`0x${effective}`) & LOOK_ANYWHERE) !== 0n;
}
