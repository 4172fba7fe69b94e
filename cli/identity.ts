import type { X509Certificate } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { isValidAt, validityWarning } from './certificate-validity.ts';
import { faultOf, type NamedFile, readCertificates, readPrivateKey } from './pem-file.ts';

/** The two files by which one side proves who it is. */
export interface IdentityFiles {
  readonly cert: NamedFile;
  readonly key: NamedFile;
}

/** What they hold. */
export interface Identity {
  /** PEM texts; the first certificate is the own one. */
  readonly cert: string;
  readonly key: string;
  readonly certificate: X509Certificate;
  /** Whole sentences: what should be mended. */
  readonly warnings: readonly string[];
}

/**
 * Reads a certificate chain and its key. What is out of date is taken with a warning, unless `former` is valid: then that
 * is the better one. Rejects with a `CannotRun` that names key, file and fix.
 */
export async function readIdentity({ cert, key }: IdentityFiles, former: Identity | null): Promise<Identity> {
  const chain = await readCertificates(cert);
  const [certificate] = chain;
  const privateKey = await readPrivateKey(key);
  if (!certificate.checkPrivateKey(privateKey.key)) {
    throw faultOf(key, `is not the key of the first certificate in ${cert.file}: the two belong together`);
  }
  const now = Date.now();
  const problem = validityWarning(certificate, now);
  if (problem !== null && !isValidAt(certificate, now) && former !== null && isValidAt(former.certificate, now)) {
    throw faultOf(cert, problem);
  }
  const validity = problem === null ? null : `${cert.key}: the certificate in ${cert.file} ${problem}`;
  const warnings = [validity, await exposureOf(key)].filter((warning) => warning !== null);
  return { cert: chain.map(String).join(''), key: privateKey.text, certificate, warnings };
}

/** Windows says by other means than a mode who may read a file. */
async function exposureOf({ key, file }: NamedFile): Promise<string | null> {
  if (process.platform === 'win32') return null;
  const { mode } = await stat(file);
  return (mode & 0o006) === 0
    ? null
    : `${key}: every user of this machine may read ${file}; mend that: chmod 600 ${file}`;
}
