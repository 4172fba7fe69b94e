import { X509Certificate } from 'node:crypto';
import { OptionUnreadable, readTextFile } from './secret.ts';

/** The PEM file of an authority, whose content may be replaced at any time. */
export interface AuthorityFile {
  /**
   * What the file holds now; while that cannot be used, what it held last. Rejects with an `OptionUnreadable` where it has
   * never been usable, or not since it was forgotten.
   */
  readonly read: () => Promise<string>;
  /** What it held last is not to be used again: it did not help. */
  readonly forget: () => void;
}

export function createAuthorityFile(file: string): AuthorityFile {
  let last: string | null = null;
  return {
    async read() {
      try {
        last = await readUsable(file);
      } catch (error) {
        // It may be about to be replaced.
        if (last === null || !(error instanceof OptionUnreadable)) throw error;
      }
      return last;
    },
    forget() {
      last = null;
    },
  };
}

/** TLS itself would take anything, and then trust nobody. */
async function readUsable(file: string): Promise<string> {
  const pem = await readTextFile(file);
  if (!isCertificate(pem)) throw new OptionUnreadable(`the file ${file} holds no certificate in PEM`);
  return pem;
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).subject !== null;
  } catch {
    return false;
  }
}
