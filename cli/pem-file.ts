import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { OptionUnreadable, readTextFile } from '../backends/api/secret.ts';
import { CannotRun } from './run.ts';

/** A file, and the key or option that names it. */
export interface NamedFile {
  readonly key: string;
  readonly file: string;
}

type Certificates = readonly [X509Certificate, ...X509Certificate[]];

/** The certificates of a PEM file, in their order. Rejects with a `CannotRun` that names key, file and fix. */
export async function readCertificates(named: NamedFile): Promise<Certificates> {
  const [first, ...more] = blocksIn(await readNamed(named)).map((block, at) => certificateOf(block, { named, at }));
  if (first === undefined) throw faultOf(named, 'holds no certificate in PEM ("-----BEGIN CERTIFICATE-----…")');
  return [first, ...more];
}

/** A private key, and the PEM text that it came in. Rejects with a `CannotRun` that names key, file and fix. */
export async function readPrivateKey(named: NamedFile): Promise<{ readonly text: string; readonly key: KeyObject }> {
  const text = await readNamed(named);
  if (/ENCRYPTED/.test(text)) {
    throw faultOf(named, `needs a passphrase; take that away: openssl pkey -in ${named.file} -out KEY`);
  }
  try {
    return { text, key: createPrivateKey(text) };
  } catch {
    throw faultOf(named, 'holds no private key in PEM ("-----BEGIN PRIVATE KEY-----…")');
  }
}

/** What is wrong with a file, as a sentence that follows its name. */
export function faultOf({ key, file }: NamedFile, sentence: string): CannotRun {
  return new CannotRun(`${key}: ${file} ${sentence}`);
}

function blocksIn(text: string): readonly string[] {
  return text.match(/-----BEGIN CERTIFICATE-----[^]*?-----END CERTIFICATE-----/g) ?? [];
}

function certificateOf(block: string, { named, at }: { named: NamedFile; at: number }): X509Certificate {
  try {
    return new X509Certificate(block);
  } catch {
    throw faultOf(named, `holds a certificate that cannot be read, number ${at + 1}: is it whole?`);
  }
}

async function readNamed({ key, file }: NamedFile): Promise<string> {
  try {
    return await readTextFile(file);
  } catch (error) {
    if (!(error instanceof OptionUnreadable)) throw error;
    const { code = '' } = (error.cause ?? {}) as NodeJS.ErrnoException;
    throw new CannotRun(`${key}: ${WHY[code]?.(file) ?? error.message}`);
  }
}

const WHY: Readonly<Record<string, (file: string) => string>> = {
  ENOENT: (file) => `there is no file ${file}; make it, or name another`,
  EACCES: (file) => `cannot read ${file}; let the user that this runs as read it`,
};
