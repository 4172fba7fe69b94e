import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TlsIdentity } from '../fakes/tls-material.ts';

/** PEM files of a directory, by names that stay while what they hold is renewed. */
export interface TlsFiles {
  /** Writes `NAME.pem` and `NAME.key`, each put in its place at once, and gives their paths. */
  readonly identity: (name: string, identity: TlsIdentity) => { readonly cert: string; readonly key: string };
  /** Writes `NAME`, put in its place at once, and gives its path. */
  readonly file: (name: string, text: string) => string;
}

export function createTlsFiles(directory: string): TlsFiles {
  const file = (name: string, text: string): string => {
    const path = join(directory, name);
    writeFileSync(`${path}.new`, text, { mode: 0o600 });
    renameSync(`${path}.new`, path);
    return path;
  };
  return {
    file,
    identity: (name, { cert, key }) => ({ cert: file(`${name}.pem`, cert), key: file(`${name}.key`, key) }),
  };
}
