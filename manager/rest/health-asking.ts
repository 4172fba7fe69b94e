import { describeFailure } from '../../client/failure.ts';
import { HEALTH_PATH, type HealthPoll, type PollOptions } from '../../client/health-poll.ts';
import type { RestAsking } from '../../client/rest-asking.ts';
import { isOfOurs, parseRestHealth, type RestHealth } from './health-answer.ts';

/** What a proxy answered, and so which kind it is. */
export type HealthSaid =
  | { readonly by: 'trpc'; readonly answer: unknown }
  | { readonly by: 'rest'; readonly health: RestHealth };

/** Asks a proxy how it is, in whichever form it answers. */
export interface HealthAsking {
  /** Rejects as `HealthPoll` does. */
  readonly ask: (options: PollOptions) => Promise<HealthSaid>;
  /** Whoever answered the last time may be gone: the next question is for anybody. */
  readonly forget: () => void;
}

/** Where the proxies of others answer, the newest first. */
const PATHS = [HEALTH_PATH, 'health', 'status', ''] as const;
type Path = (typeof PATHS)[number];

/** That all of them answer, however new they are. */
const isOfEveryVersion = (path: Path): boolean => path === 'status' || path === '';

/**
 * A proxy of ours is asked by `poll`, and nowhere else as long as it answers there. One of another kind is asked where it
 * answered the last time; if that is not there any more, or may be in another version, everywhere anew.
 */
export function createHealthAsking({ poll, rest }: { poll: HealthPoll; rest?: RestAsking }): HealthAsking {
  let found: { readonly path: Path; readonly version: string | null } | null = null;

  return {
    forget() {
      found = null;
    },
    async ask(options) {
      const said = found === null || rest === undefined ? null : await askAgain(rest, found, options.signal);
      return said ?? askAnew(options);
    },
  };

  /** Null where that is not who answered before. */
  async function askAgain(
    ask: RestAsking,
    { path, version }: NonNullable<typeof found>,
    signal: AbortSignal,
  ): Promise<HealthSaid | null> {
    const said = await askAt(ask, path, signal);
    if (said?.by === 'rest' && isOfEveryVersion(path) && said.health.version !== version) return null;
    return said;
  }

  async function askAnew({ known, signal }: PollOptions): Promise<HealthSaid> {
    found = null;
    let absence: unknown = null;
    try {
      const answer = await poll({ known, signal });
      if (rest === undefined || isOfOurs(answer)) return { by: 'trpc', answer };
    } catch (error) {
      if (rest === undefined || !isAbsent(error)) throw error;
      absence = error;
    }
    // Where the poll has just found nothing there is no need to look again.
    for (const path of absence === null ? PATHS : PATHS.slice(1)) {
      const said = await askAt(rest, path, signal);
      if (said !== null) return said;
    }
    throw absence ?? new Error('the proxy has answered nowhere');
  }

  /** Null where nobody answers there. */
  async function askAt(ask: RestAsking, path: Path, signal: AbortSignal): Promise<HealthSaid | null> {
    try {
      const { value, dateMs } = await ask({ path, signal });
      if (isOfOurs(value)) {
        found = null;
        return { by: 'trpc', answer: value };
      }
      const health = parseRestHealth(value, dateMs);
      found = { path, version: health.version };
      return { by: 'rest', health };
    } catch (error) {
      if (isAbsent(error)) return null;
      throw error;
    }
  }
}

const isAbsent = (error: unknown): boolean => describeFailure(error).httpStatus === 404;
