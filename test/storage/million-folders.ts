import { CREATE_ROLE, OWNER_ID } from '../cli/postgres/folders-database.ts';
import { type Generation, VFOLDERS } from '../rigs/backend-ai-tables.ts';
import type { PostgresServer } from '../rigs/postgres-server.ts';

const ROWS = 1_000_000;
export const BIG = 'storage1:big';
export const TINY = 'storage2:tiny';
export const MIDDLING = 'storage3:v7';

/** Three of a rare status; of the rest one in ten deleted, where rows outlive that. */
const STATUS: Readonly<Record<Generation, string>> = {
  '23.03': `(CASE WHEN n <= 3 THEN 'mounted' WHEN n % 1000 = 0 THEN 'deleting' ELSE 'ready' END)::vfolderstatus`,
  '26.4': `CASE WHEN n <= 3 THEN 'error' WHEN n % 10 = 9 THEN 'delete-complete' WHEN n % 100 = 50 THEN 'delete-pending'
    ELSE 'ready' END`,
};

/** A million folders: 600,000 on one host, 5 on another, 10,000 on each of 40; every fifth is called `.local`. */
export async function fillWithMillion(server: PostgresServer, generation: Generation): Promise<void> {
  const { table, indexes } = VFOLDERS[generation];
  await server.sql(`${table} ${CREATE_ROLE}
    INSERT INTO vfolders (id, name, host, status, "user")
      SELECT md5(n::text)::uuid,
        CASE WHEN n % 5 = 0 THEN '.local' ELSE 'folder-' || n END,
        CASE WHEN n <= 5 THEN '${TINY}' WHEN n % 10 < 6 THEN '${BIG}' ELSE 'storage3:v' || (n / 10) % 40 END,
        ${STATUS[generation]},
        '${OWNER_ID}'
      FROM generate_series(1, ${ROWS}) AS n;
    ${indexes}
    ANALYZE vfolders;`);
}
