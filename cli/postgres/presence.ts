import { VfoldersUnavailable } from '../../manager/vfolders.ts';
import { type Clock, isoOf, moment } from '../../probe/clock.ts';
import { postgresFailure } from './postgres-failure.ts';

export interface PresenceOptions {
  /** Rejects while the database is away. */
  readonly look: () => Promise<unknown>;
  readonly clock: Clock;
  /** Hears that it is away, and each other reason why; null: it is back. */
  readonly onAway: (sentence: string | null) => void;
}

/** Whether the database is there, by what has become of the questions to it. */
export interface Presence {
  /** Why it is away, in a sentence that may be shown to anyone; null while it is there. */
  readonly away: () => string | null;
  /** The answer, or a `VfoldersUnavailable`; a fault of ours stays as it is. */
  readonly heard: <T>(answer: Promise<T>) => Promise<T>;
  readonly stop: () => void;
}

const LOOK_EVERY_MS = 1_000;

/** The first question that finds the database away has it looked for, every second, until it is back. */
export function createPresence({ look, clock, onAway }: PresenceOptions): Presence {
  let away: { readonly since: string; readonly sentence: string } | null = null;
  let isStopped = false;
  /** How often it has come back. */
  let returns = 0;
  let cancel: (() => void) | null = null;
  return {
    away: () => away?.sentence ?? null,
    async heard(answer) {
      const asked = returns;
      try {
        return await answer;
      } catch (error) {
        const failure = postgresFailure(error);
        if (failure === null) throw error;
        // One that was lost in an outage that is over says nothing of now.
        if (!failure.isAway || asked !== returns) {
          throw new VfoldersUnavailable(`${ASKED} just now: ${failure.why}`, { cause: error });
        }
        const wasThere = away === null;
        const sentence = note(failure.why);
        if (wasThere) lookSoon();
        throw new VfoldersUnavailable(sentence, { cause: error });
      }
    },
    stop() {
      isStopped = true;
      cancel?.();
    },
  };

  function note(why: string): string {
    const since = away?.since ?? isoOf(moment(clock));
    const sentence = `${ASKED} since ${since}: ${why}`;
    const isNews = sentence !== away?.sentence;
    away = { since, sentence };
    if (isNews && !isStopped) onAway(sentence);
    return sentence;
  }

  function lookSoon(): void {
    if (!isStopped) cancel = clock.after(LOOK_EVERY_MS, () => void lookOnce());
  }

  async function lookOnce(): Promise<void> {
    try {
      await look();
    } catch (error) {
      note(postgresFailure(error)?.why ?? 'it cannot be understood');
      lookSoon();
      return;
    }
    away = null;
    returns += 1;
    if (!isStopped) onAway(null);
  }
}

const ASKED = 'PostgreSQL cannot be asked for virtual folders';
