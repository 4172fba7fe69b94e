import { isDeepStrictEqual } from 'node:util';
import type { VfolderSource } from '../../manager/vfolders.ts';
import type { VfolderDatabase } from '../../schema/database-config.ts';
import type { Log } from '../log.ts';
import { type OpenVfolders, openVfolders } from './open-vfolders.ts';

export interface VfolderPlaceOptions {
  readonly log: Log;
  /** Shows a sentence as a warning of the manager; null ends it. */
  readonly warn: (name: 'vfolders' | 'vfolder count', sentence: string | null) => void;
  /** Hears when the folders are on other hosts than before. */
  readonly onHosts: () => void;
}

/** Where a manager's virtual folders come from, which may be another place after a reload. */
export interface VfolderPlace {
  /** Null: the configuration has them. */
  readonly source: () => VfolderSource | null;
  /** Makes ready to go on with another place. Rejects with a `CannotRun`, and nothing changes. */
  readonly ready: (next: VfolderDatabase | null) => Promise<ReadyVfolders>;
  readonly stop: () => void;
}

export interface ReadyVfolders {
  /** Goes on with it, and says so where it is another place; else reads the certificates again. */
  readonly use: () => string | null;
  readonly drop: () => void;
}

/** Rejects with a `CannotRun` where a file of TLS cannot be used. */
export async function openVfolderPlace(
  first: VfolderDatabase | null,
  { log, warn, onHosts }: VfolderPlaceOptions,
): Promise<VfolderPlace> {
  let asked = first;
  let opened = await open(first);
  opened?.source.start();
  return {
    source: () => opened?.source ?? null,
    async ready(next) {
      if (isDeepStrictEqual(next, asked)) {
        return {
          use() {
            void opened?.reload();
            return null;
          },
          drop: () => {},
        };
      }
      const other = await open(next);
      return { use: () => goOnWith(next, other), drop: () => other?.stop() };
    },
    stop: () => opened?.stop(),
  };

  function goOnWith(next: VfolderDatabase | null, other: OpenVfolders | null): string {
    opened?.stop();
    [asked, opened] = [next, other];
    warn('vfolders', null);
    warn('vfolder count', null);
    other?.source.start();
    onHosts();
    return next === null ? 'virtual folders of [[vfolder]]' : 'virtual folders of [db]';
  }

  async function open(database: VfolderDatabase | null): Promise<OpenVfolders | null> {
    if (database === null) return null;
    const { host, port } = database.db.addr;
    const tell = (name: 'vfolders' | 'vfolder count', over: string) => {
      let isSaid = false;
      return (sentence: string | null): void => {
        warn(name, sentence);
        if ((sentence !== null) === isSaid) return;
        isSaid = sentence !== null;
        log(isSaid ? 'warn' : 'info', sentence ?? over, { host, port, database: database.db.name });
      };
    };
    return openVfolders(database, {
      log,
      onAway: tell('vfolders', 'virtual folders are read from PostgreSQL again'),
      onUncounted: tell('vfolder count', 'virtual folders are counted again'),
      onHosts,
    });
  }
}
