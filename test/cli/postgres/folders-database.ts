import type { VfolderDatabase } from '../../../schema/database-config.ts';
import type { VirtualFolder } from '../../../schema/vfolder.ts';
import { type Generation, VFOLDERS } from '../../rigs/backend-ai-tables.ts';
import type { PostgresServer } from '../../rigs/postgres-server.ts';

export const OWNER_ID = '11111111-2222-4333-8444-555555555555';

/** A role with no more rights than the docs give it. */
export const CREATE_ROLE = `CREATE ROLE volhealth LOGIN PASSWORD 'hunter2'; GRANT SELECT ON vfolders TO volhealth;`;

export function createFolders(server: PostgresServer, generation: Generation): Promise<string> {
  const { table, indexes } = VFOLDERS[generation];
  return server.sql(`${table} ${indexes} ${CREATE_ROLE}`);
}

export const insertFolders = (server: PostgresServer, folders: readonly VirtualFolder[]): Promise<string> =>
  server.sql(`INSERT INTO vfolders (id, name, host, status, "user") VALUES ${folders.map(rowOf).join(', ')};`);

export function databaseAt(
  server: Pick<PostgresServer, 'port'>,
  more: Partial<VfolderDatabase['db']> = {},
): VfolderDatabase {
  const addr = { host: '127.0.0.1', port: server.port };
  return {
    db: { type: 'postgresql', addr, name: 'backend', user: 'volhealth', password: 'hunter2', ...more },
    statement_timeout: 2_000,
    pool_size: 4,
    count_interval: 60_000,
  };
}

const rowOf = ({ id, name, host, status }: VirtualFolder): string =>
  `(${[id, name, host, status, OWNER_ID].map((text) => `'${text.replaceAll("'", "''")}'`).join(', ')})`;
