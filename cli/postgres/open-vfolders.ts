import type { VfolderDatabase } from '../../schema/database-config.ts';
import { type ClientMaterial, type ClientTls, clientTlsOf, readClientTls } from '../client-tls.ts';
import type { Log } from '../log.ts';
import { openRenewedFiles, type RenewedFiles } from '../renewed-files.ts';
import { systemClock } from '../system-clock.ts';
import { createDatabase, type Database } from './database.ts';
import { createPostgresVfolders, type PostgresVfolders, type PostgresVfoldersOptions } from './postgres-vfolders.ts';

export interface OpenVfolders {
  readonly source: PostgresVfolders;
  /** Reads the certificates again now. Never rejects: what cannot be used is logged. */
  readonly reload: () => Promise<void>;
  readonly stop: () => void;
}

export interface OpenVfoldersOptions extends Pick<PostgresVfoldersOptions, 'onAway' | 'onUncounted' | 'onHosts'> {
  readonly log: Log;
}

/**
 * Opens the virtual folders of a database, be it away or not; with certificates that are renewed it connects anew.
 * Rejects with a `CannotRun` where a file of TLS cannot be used.
 */
export async function openVfolders(config: VfolderDatabase, options: OpenVfoldersOptions): Promise<OpenVfolders> {
  const { log, ...hearer } = options;
  // Loaded by those alone who have a database.
  const { default: pg } = await import('pg');
  const tls = databaseTlsOf(config);
  let database: Database | null = null;
  let files: RenewedFiles<ClientTls> | null = null;
  if (tls === null) database = createDatabase(config, null, pg.Pool);
  else files = await openRenewedFiles(tls, { read: readClientTls, onRenewed: connectWith, table: 'db', log });
  const source = createPostgresVfolders({
    ...hearer,
    database: { ask: (sql) => database!.ask(sql) },
    countIntervalMs: config.count_interval,
    clock: systemClock,
  });
  return {
    source,
    reload: async () => files?.reload(),
    stop() {
      source.stop();
      files?.stop();
      database?.close();
    },
  };

  function connectWith(material: ClientMaterial): void {
    database?.close();
    database = createDatabase(config, material, pg.Pool);
  }
}

/** How the database is to be connected with; null: without TLS. */
export function databaseTlsOf({ db }: VfolderDatabase): ClientTls | null {
  const { ca, client_cert, ssl_enabled = (ca ?? client_cert) !== undefined } = db;
  return ssl_enabled ? clientTlsOf('db', db) : null;
}
