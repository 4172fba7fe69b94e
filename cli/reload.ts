import { isDeepStrictEqual } from 'node:util';
import { ConfigError, type ReadConfig } from '../schema/config-file.ts';
import { onHangup } from './hangup.ts';
import type { Log } from './log.ts';
import { CannotRun } from './run.ts';
import { watchFiles } from './watch-files.ts';

export interface ReloadOptions<T> {
  /** The configuration's file, as it is called in the log; undefined for the embedded default, which has none. */
  readonly file: string | undefined;
  /** What the service runs with. */
  readonly running: T;
  /** The files that this configuration comes from. Default: `file` alone. */
  readonly filesOf?: (config: T) => readonly string[];
  /** Reads it anew. Throws a `ConfigError` or a `CannotRun` where it cannot be used. */
  readonly read: () => ReadConfig<T> | Promise<ReadConfig<T>>;
  /** Goes on with another configuration, and says what that is, such as `1 volume added (x)`. */
  readonly apply: (config: T, running: T) => string | Promise<string>;
  /** Hears whether the files as they were read last were refused. */
  readonly onRefused?: (isRefused: boolean) => void;
  readonly log: Log;
}

/** Why it is read: somebody said so, or a file was written. */
type Cause = 'signal' | 'change';

/**
 * Has a service go on with its configuration as it is now, at SIGHUP and when a file of it was written: one that cannot
 * be used is refused, with its messages, and the running one stays. Once at a time; what changes meanwhile is read after
 * that. The function it returns ends that.
 */
export function reloadOnChange<T>(options: ReloadOptions<T>): () => void {
  const { file, filesOf = () => (file === undefined ? [] : [file]), read, apply, onRefused, log } = options;
  let { running } = options;
  let files = filesOf(running);
  let unwatch = watchFiles(files, () => reload('change'));
  let isReloading = false;
  let next: Cause | null = null;
  /** Why the files as they were read last cannot be used. */
  let refusal: string | null = null;
  const unhear = onHangup((hangup) => {
    if (hangup === 'reload') reload('signal');
  });
  return () => {
    unhear();
    unwatch();
  };

  function reload(cause: Cause): void {
    if (file === undefined) {
      log('info', 'nothing to reload: there is no configuration file, only the embedded default');
      return;
    }
    // To a signal there is always an answer.
    next = next === 'signal' ? next : cause;
    if (!isReloading) void reloadAll();
  }

  async function reloadAll(): Promise<void> {
    isReloading = true;
    for (let cause = taken(); cause !== null; cause = taken()) await reloadOnce(cause);
    isReloading = false;
  }

  function taken(): Cause | null {
    const cause = next;
    next = null;
    return cause;
  }

  async function reloadOnce(cause: Cause): Promise<void> {
    try {
      const { config, warnings } = await read();
      const isSame = isDeepStrictEqual(config, running);
      if (isSame && cause === 'change' && refusal === null) return;
      refusal = null;
      onRefused?.(false);
      for (const warning of warnings) log('warn', warning);
      if (isSame) log('info', `${file} says what is running: nothing to reload`);
      else await goOnWith(config);
    } catch (error) {
      refuse(error, cause);
    }
  }

  async function goOnWith(config: T): Promise<void> {
    const what = await apply(config, running);
    running = config;
    log('info', `reloaded ${file}: ${what}`);
    const others = filesOf(config);
    if (isDeepStrictEqual(others, files)) return;
    unwatch();
    files = others;
    unwatch = watchFiles(files, () => reload('change'));
  }

  function refuse(error: unknown, cause: Cause): void {
    const { warnings, problems, err } = complaints(error);
    const said = problems.join('\n');
    if (cause === 'change' && said === refusal) return;
    refusal = said;
    onRefused?.(true);
    for (const warning of warnings) log('warn', warning);
    for (const problem of problems) log('error', problem, err === undefined ? {} : { err });
    log('error', `not reloaded: ${file} cannot be used; the running configuration stays`);
  }
}

/** As they would be printed at a start. */
function complaints(error: unknown): Pick<ConfigError, 'problems' | 'warnings'> & { readonly err?: unknown } {
  if (error instanceof ConfigError) return error;
  if (error instanceof CannotRun) return { problems: [error.message], warnings: [] };
  return { problems: ['internal error'], warnings: [], err: error };
}
