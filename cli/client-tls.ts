import { createSecureContext, type SecureContext } from 'node:tls';
import { type Identity, type IdentityFiles, readIdentity } from './identity.ts';
import { faultOf, type NamedFile, readCertificates } from './pem-file.ts';
import type { FromFiles } from './renewed-files.ts';

/** How a client verifies whom it asks, and by what it proves who it is itself. */
export interface ClientTls {
  /** Whether the certificate of the other side is verified. */
  readonly isVerified: boolean;
  /** Its authority; none: the public ones. */
  readonly ca?: NamedFile | undefined;
  /** What is shown to the other side if it asks for that. */
  readonly identity?: IdentityFiles | undefined;
}

/** The keys of a table by which it says how somebody is to be connected with. */
export interface ClientTlsKeys {
  readonly ssl_verify?: boolean | undefined;
  readonly ca?: string | undefined;
  readonly client_cert?: string | undefined;
  readonly client_key?: string | undefined;
}

/** What a table of a configuration says, such as `proxies.p`: its files are named as it names them. */
export function clientTlsOf(
  table: string,
  { ssl_verify = true, ca, client_cert, client_key }: ClientTlsKeys,
): ClientTls {
  const named = (key: keyof ClientTlsKeys, file: string): NamedFile => ({ key: `${table}.${key}`, file });
  return {
    isVerified: ssl_verify,
    ca: ca === undefined ? undefined : named('ca', ca),
    identity:
      client_cert === undefined || client_key === undefined
        ? undefined
        : { cert: named('client_cert', client_cert), key: named('client_key', client_key) },
  };
}

/** What a client connects with, as its files are now. */
export interface ClientMaterial extends FromFiles {
  readonly secureContext: SecureContext;
  readonly isVerified: boolean;
  readonly identity: Identity | null;
}

/** Reads what a client needs. Rejects with a `CannotRun` that names key, file and fix. */
export async function readClientTls(
  { isVerified, ca, identity: files }: ClientTls,
  former: ClientMaterial | null = null,
): Promise<ClientMaterial> {
  const identity = files === undefined ? null : await readIdentity(files, former?.identity ?? null);
  const own = identity === null ? {} : { cert: identity.cert, key: identity.key };
  const trusted = ca === undefined ? {} : { ca: (await readCertificates(ca)).map(String) };
  return {
    files: [ca, files?.cert, files?.key].flatMap((named) => named?.file ?? []),
    content: JSON.stringify([own, trusted]),
    warnings: identity?.warnings ?? [],
    secureContext: contextOf({ ...own, ...trusted }, files?.cert ?? ca),
    isVerified,
    identity,
  };
}

function contextOf(
  material: { cert?: string; key?: string; ca?: string[] },
  named: NamedFile | undefined,
): SecureContext {
  try {
    return createSecureContext({ ...material, minVersion: 'TLSv1.2' });
  } catch (error) {
    throw named === undefined ? error : faultOf(named, `cannot be used: ${(error as Error).message}`);
  }
}
