import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import type { ProxyConfig } from '../schema/proxy-config.ts';
import { CannotRun } from './run.ts';

export interface TlsMaterial {
  readonly cert: Buffer;
  readonly key: Buffer;
}

/** The certificate and key that a proxy is configured to serve with; null for plain HTTP. Throws a `CannotRun`. */
export function tlsOf({ api: { manager } }: ProxyConfig): TlsMaterial | null {
  const { ssl_enabled, ssl_cert, ssl_privkey } = manager;
  if (!ssl_enabled || ssl_cert == null || ssl_privkey == null) return null;
  try {
    const material = { cert: readFileSync(ssl_cert), key: readFileSync(ssl_privkey) };
    createSecureContext(material);
    return material;
  } catch (error) {
    const { message } = error as Error;
    throw new CannotRun(`api.manager: cannot use ssl_cert ${ssl_cert} and ssl_privkey ${ssl_privkey}: ${message}`);
  }
}
