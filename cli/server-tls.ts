import { createSecureContext, type SecureContextOptions } from 'node:tls';
import type { ServerTls } from '../schema/server-tls.ts';
import { type Identity, readIdentity } from './identity.ts';
import { faultOf, readCertificates } from './pem-file.ts';
import type { FromFiles } from './renewed-files.ts';

/** What a service serves HTTPS with, as its files are now. */
export interface ServerMaterial extends FromFiles {
  readonly context: SecureContextOptions;
  readonly identity: Identity;
}

/** Reads what a table of the configuration names. Rejects with a `CannotRun` that names key, file and fix. */
export async function readServerTls(
  { ssl_cert, ssl_privkey, ssl_client_ca }: ServerTls,
  { table, former = null }: { readonly table: string; readonly former?: ServerMaterial | null },
): Promise<ServerMaterial> {
  const cert = { key: `${table}.ssl_cert`, file: ssl_cert ?? '' };
  const key = { key: `${table}.ssl_privkey`, file: ssl_privkey ?? '' };
  const identity = await readIdentity({ cert, key }, former?.identity ?? null);
  const clientCa = ssl_client_ca === undefined ? [] : [{ key: `${table}.ssl_client_ca`, file: ssl_client_ca }];
  const authorities = (await Promise.all(clientCa.map(readCertificates))).flat().map(String);
  const context: SecureContextOptions = {
    cert: identity.cert,
    key: identity.key,
    minVersion: 'TLSv1.2',
    ...(authorities.length === 0 ? {} : { ca: authorities }),
  };
  try {
    createSecureContext(context);
  } catch (error) {
    throw faultOf(cert, `cannot be used to serve: ${(error as Error).message}`);
  }
  return {
    files: [cert, key, ...clientCa].map(({ file }) => file),
    content: JSON.stringify([identity.cert, identity.key, authorities]),
    warnings: identity.warnings,
    context,
    identity,
  };
}
