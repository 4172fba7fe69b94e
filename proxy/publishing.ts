import { createAgenda } from '../probe/agenda.ts';
import type { Clock } from '../probe/clock.ts';
import type { VolumeReport } from '../schema/volume-report.ts';
import { isChange, isTransition } from './volume-report.ts';

export interface PublishingOptions {
  readonly clock: Clock;
  /** Gives what is said of the volume by then its place in the feed. */
  readonly publish: (volume: string) => void;
}

/** Decides when a change of a volume is published. */
export interface Publishing {
  /** Takes in what the proxy says of a volume now, and said before. */
  readonly take: (volume: string, now: VolumeReport, previous: VolumeReport) => void;
  /** Publishes a volume that is new, or configured otherwise. */
  readonly publishNow: (volume: string) => void;
  /** There is no such volume any more: what is still to be published of it never is. */
  readonly forget: (volume: string) => void;
  /** What is still to be published never is. */
  readonly stop: () => void;
}

const TEXT_EVERY_MS = 10_000;

/**
 * A transition is published at once, as is another answer of any check. Where nothing but words or the count of attempts moved, a volume is
 * published once in 10 s: at once where it was quiet so long, otherwise when it will have been, as it is then.
 *
 * Reports are not held back meanwhile: whoever reads one at a `seq` may see words that the next `seq` brings. What was
 * put off is published even where the words are back to what they were, as somebody may have read them in between.
 */
export function createPublishing({ clock, publish }: PublishingOptions): Publishing {
  const publishedMs = new Map<string, number>();
  const putOffToMs = new Map<string, number>();
  const agenda = createAgenda<{ volume: string; toMs: number }>(clock, (due) => {
    for (const { volume, toMs } of due) if (putOffToMs.get(volume) === toMs) publishNow(volume);
  });

  return {
    take(volume, now, previous) {
      if (!isChange(previous, now)) return;
      const toMs = (publishedMs.get(volume) ?? -Infinity) + TEXT_EVERY_MS;
      if (isUrgent(previous, now) || toMs <= clock.mono()) {
        publishNow(volume);
      } else if (!putOffToMs.has(volume)) {
        putOffToMs.set(volume, toMs);
        agenda.add(toMs, { volume, toMs });
      }
    },
    publishNow,
    forget(volume) {
      publishedMs.delete(volume);
      putOffToMs.delete(volume);
    },
    stop: agenda.clear,
  };

  function publishNow(volume: string): void {
    publishedMs.set(volume, clock.mono());
    putOffToMs.delete(volume);
    publish(volume);
  }
}

/**
 * Before a volume has been checked its verdict is not believed: that it has been is as urgent as the verdict. And so is
 * what a check says though another one decides: beats tell its details, which must not stand beside an older answer.
 */
function isUrgent(previous: VolumeReport, now: VolumeReport): boolean {
  const isFirst = (previous.last_checked_at === null) !== (now.last_checked_at === null);
  return isTransition(previous, now) || isFirst || checksOf(previous) !== checksOf(now);
}

function checksOf({ checks }: VolumeReport): string {
  return checks.map(({ name, status, reason }) => `${name} ${status} ${reason}`).join();
}
