import type { Log } from './log.ts';
import { CannotRun } from './run.ts';
import { watchFiles } from './watch-files.ts';

/** What was read of files: a certificate and its key, an authority. */
export interface FromFiles {
  readonly files: readonly string[];
  /** The same where nothing has changed. */
  readonly content: string;
  /** Whole sentences: what is good enough to be used, and should be mended. */
  readonly warnings: readonly string[];
}

export interface RenewedFilesOptions<T extends FromFiles, S> {
  /** Rejects with a `CannotRun` where the files that the settings name cannot be used, also instead of the current ones. */
  readonly read: (settings: S, current: T | null) => Promise<T>;
  /** Hears of what is to be used from now on. */
  readonly onRenewed: (renewed: T) => void;
  /** The table that names the files, as `api.manager`. */
  readonly table: string;
  readonly log: Log;
}

export interface RenewedFiles<S> {
  /** Reads the files again now, or those that other settings name. What cannot be used is logged, and changes nothing. */
  readonly reload: (settings?: S) => Promise<void>;
  readonly stop: () => void;
}

/** For the warnings, which come with time, and for a file whose time comes. */
const LOOK_AGAIN_MS = 3_600_000;

/**
 * Reads files and follows them: whenever they change, what they hold then is used, if it can be; else one line is logged,
 * and what was used goes on. Rejects with a `CannotRun` where they cannot be used at first; warnings are logged once.
 */
export async function openRenewedFiles<T extends FromFiles, S>(
  first: S,
  { read, onRenewed, table, log }: RenewedFilesOptions<T, S>,
): Promise<RenewedFiles<S>> {
  let settings = first;
  let current = await read(settings, null);
  let said: readonly string[] = [];
  let watched: readonly string[] = [];
  let turn = Promise.resolve();
  let unwatch: (() => void) | null = null;
  use(current);

  const timer = setInterval(() => void reload(), LOOK_AGAIN_MS);
  timer.unref();
  return {
    reload,
    stop() {
      clearInterval(timer);
      unwatch?.();
    },
  };

  /** One after the other: the last one to be asked for is the last one to be used. */
  function reload(wanted?: S): Promise<void> {
    turn = turn.then(() => readAgain(wanted ?? settings));
    return turn;
  }

  async function readAgain(wanted: S): Promise<void> {
    try {
      const next = await read(wanted, current);
      settings = wanted;
      const isSame = next.content === current.content;
      current = isSame ? { ...current, files: next.files, warnings: next.warnings } : next;
      if (!isSame) log('info', `${table}: the certificate files have changed, and are used from now on`);
      use(current, isSame);
    } catch (error) {
      if (!(error instanceof CannotRun)) log('error', 'internal error', { err: error });
      else say('error', [`${error.message}; the former one goes on`]);
    }
  }

  function use(value: T, isSame = false): void {
    if (!isSame) onRenewed(value);
    if (watched.join('\0') !== value.files.join('\0')) {
      unwatch?.();
      watched = value.files;
      unwatch = watchFiles(watched, () => void reload());
    }
    say('warn', value.warnings);
  }

  function say(level: 'warn' | 'error', lines: readonly string[]): void {
    for (const line of lines) if (!said.includes(line)) log(level, line);
    said = lines;
  }
}
