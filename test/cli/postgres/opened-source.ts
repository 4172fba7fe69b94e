import pg from 'pg';
import { createDatabase } from '../../../cli/postgres/database.ts';
import { createPostgresVfolders } from '../../../cli/postgres/postgres-vfolders.ts';
import { systemClock } from '../../../cli/system-clock.ts';
import type { VfolderDatabase } from '../../../schema/database-config.ts';

/** Virtual folders of a database, and what was heard of it. It counts once it is told to start. */
export function openSource(config: VfolderDatabase) {
  const away: (string | null)[] = [];
  const uncounted: (string | null)[] = [];
  let hosts = 0;
  const database = createDatabase(config, null, pg.Pool);
  const statements: string[] = [];
  const source = createPostgresVfolders({
    database: {
      ask: (sql) => {
        statements.push(sql.text);
        return database.ask(sql);
      },
    },
    countIntervalMs: config.count_interval,
    clock: systemClock,
    onAway: (sentence) => away.push(sentence),
    onUncounted: (sentence) => uncounted.push(sentence),
    onHosts: () => {
      hosts += 1;
    },
  });
  const stop = (): void => {
    source.stop();
    database.close();
  };
  return { source, database, statements, away, uncounted, hosts: () => hosts, stop };
}
