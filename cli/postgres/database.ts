import type { Pool, PoolClient, PoolConfig } from 'pg';
import type { VfolderDatabase } from '../../schema/database-config.ts';
import type { ClientMaterial } from '../client-tls.ts';
import { isLost, isOfStatement, NO_ANSWER, TOO_MANY } from './postgres-failure.ts';

/** One statement, and what stands for its `$1`, `$2`… */
export interface Sql {
  readonly text: string;
  readonly values: readonly unknown[];
}

export type Row = Readonly<Record<string, unknown>>;

/** A database that is only read. It connects when it is asked, and anew when it has lost a connection. */
export interface Database {
  /** Resolves or rejects within the statement timeout, whatever becomes of the database. */
  readonly ask: (sql: Sql) => Promise<readonly Row[]>;
  /** Ends its connections, once what is out has ended. */
  readonly close: () => void;
}

export type Pools = new (config: PoolConfig) => Pool;

/** So many may wait for a connection: the next one would not have its turn in time. */
const MAX_WAITING = 256;
const IDLE_MS = 60_000;
/** The database gives up a statement before we give up the database. */
const servers = (timeoutMs: number): number => Math.max(1, Math.round(0.9 * timeoutMs));

export function createDatabase(config: VfolderDatabase, tls: ClientMaterial | null, PgPool: Pools): Database {
  const { statement_timeout: timeoutMs, pool_size: size } = config;
  const pool = new PgPool(poolConfig(config, tls));
  // A connection that breaks says so to whoever uses it; while nobody does it is only one less.
  pool.on('error', () => {});
  pool.on('connect', (client) => client.on('error', () => {}));
  let asking = 0;
  let isClosing = false;

  return {
    async ask(sql) {
      if (asking >= size + MAX_WAITING) throw new Error(TOO_MANY);
      const endMs = performance.now() + timeoutMs;
      // Whoever had to wait for a turn has learnt nothing of the database when the time is over.
      let isOurs = asking >= size;
      const { promise: late, reject } = Promise.withResolvers<never>();
      const timer = setTimeout(() => reject(new Error(isOurs ? TOO_MANY : NO_ANSWER)), timeoutMs);
      const begin = (): number => {
        const leftMs = endMs - performance.now();
        isOurs = leftMs < servers(timeoutMs);
        return leftMs;
      };
      asking += 1;
      try {
        return await Promise.race([attempt(sql, begin), late]);
      } finally {
        clearTimeout(timer);
        asking -= 1;
        endOnceQuiet();
      }
    },
    close() {
      isClosing = true;
      endOnceQuiet();
    },
  };

  function endOnceQuiet(): void {
    if (isClosing && asking === 0 && !pool.ending) void pool.end();
  }

  /** Connections that were lost while nobody used them are found out one by one; reading once more does no harm. */
  async function attempt(sql: Sql, begin: () => number): Promise<readonly Row[]> {
    for (let lost = 0; ; lost += 1) {
      try {
        return await once(sql, begin);
      } catch (error) {
        if (!isLost(error) || lost >= size) throw error;
      }
    }
  }

  async function once({ text, values }: Sql, begin: () => number): Promise<readonly Row[]> {
    const client = await pool.connect();
    const leftMs = begin();
    try {
      if (leftMs <= 0) throw new Error(TOO_MANY);
      // A little later than who asks gives up, which says why.
      const query_timeout = Math.ceil(leftMs) + 50;
      const { rows } = await timely(client, { text, values: [...values], query_timeout });
      client.release();
      return rows;
    } catch (error) {
      client.release(!isOfStatement(error) && leftMs > 0);
      throw error;
    }
  }
}

/** The types of pg know this option of the whole client alone. */
const timely = (client: PoolClient, query: { text: string; values: unknown[]; query_timeout: number }) =>
  client.query<Record<string, unknown>>(query);

function poolConfig(config: VfolderDatabase, tls: ClientMaterial | null): PoolConfig {
  const { db, statement_timeout: timeoutMs, pool_size: max } = config;
  return {
    host: db.addr.host,
    port: db.addr.port,
    database: db.name,
    user: db.user,
    // Not null: pg would look for one in the home directory and in the environment.
    password: db.password ?? '',
    ssl: tls === null ? false : { secureContext: tls.secureContext, rejectUnauthorized: tls.isVerified },
    application_name: 'volhealth',
    options: `-c statement_timeout=${servers(timeoutMs)} -c default_transaction_read_only=on`,
    max,
    connectionTimeoutMillis: timeoutMs,
    idleTimeoutMillis: IDLE_MS,
    keepAlive: true,
  };
}
