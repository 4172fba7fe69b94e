import type { ServerOptions } from 'node:https';
import type { SecureContextOptions } from 'node:tls';
import type { ServerTls } from '../schema/server-tls.ts';
import type { Log } from './log.ts';
import { openRenewedFiles } from './renewed-files.ts';
import { readServerTls, type ServerMaterial } from './server-tls.ts';

/** By what a service proves who it is, and whom it lets in. */
export interface OwnCertificate {
  /** What to make a server with, as the files are now. */
  readonly serverOptions: () => ServerOptions;
  /** Has a server go on with what the files hold whenever they change. Connections that are open stay as they are. */
  readonly follow: (server: FollowingServer) => void;
  /** Reads the files again now, or those that other settings name. Never rejects: what cannot be used is logged. */
  readonly reload: (tls?: ServerTls) => Promise<void>;
  readonly stop: () => void;
}

export interface FollowingServer {
  readonly setSecureContext: (options: SecureContextOptions) => void;
}

/**
 * The certificate that a table of the configuration names, followed as its files change; undefined for plain HTTP.
 * Rejects with a `CannotRun` where it cannot be used.
 */
export async function openOwnCertificate(
  tls: ServerTls,
  { table, log }: { readonly table: string; readonly log: Log },
): Promise<OwnCertificate | undefined> {
  if (!tls.ssl_enabled) return undefined;
  const isClientAsked = tls.ssl_client_ca !== undefined;
  const servers = new Set<FollowingServer>();
  let context: SecureContextOptions = {};
  const { reload, stop } = await openRenewedFiles<ServerMaterial, ServerTls>(tls, {
    read: (settings, former) => readServerTls(settings, { table, former }),
    onRenewed(material) {
      ({ context } = material);
      for (const server of servers) server.setSecureContext(context);
    },
    table,
    log,
  });
  return {
    serverOptions: () => ({ ...context, requestCert: isClientAsked, rejectUnauthorized: isClientAsked }),
    follow: (server) => void servers.add(server),
    async reload(wanted) {
      if (wanted === undefined || isOfSameKind(wanted)) await reload(wanted);
      else log('warn', `${table}: to serve TLS or not, with client certificates or without, takes a restart`);
    },
    stop,
  };

  /** Of a server that listens, Node changes the certificates and nothing else. */
  function isOfSameKind({ ssl_enabled, ssl_client_ca }: ServerTls): boolean {
    return ssl_enabled && isClientAsked === (ssl_client_ca !== undefined);
  }
}
