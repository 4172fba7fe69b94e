import type { RestAsking } from '../../client/rest-asking.ts';
import type { Clock } from '../../probe/clock.ts';
import type { ReceivedVolumeReport } from '../../schema/volume-report.ts';
import type { Message } from '../received.ts';
import type { RestHealth } from './health-answer.ts';
import { type Listing, nextListing, NO_LISTING } from './listing.ts';
import { toldVolume } from './told-volume.ts';
import { createVolumeAsking } from './volume-asking.ts';
import type { VolumeList } from './volume-list.ts';
import { type Asked, nextVolumeReport, UNASKED_VOLUME, type VolumePace } from './volume-verdict.ts';

export interface RestProxyOptions {
  readonly ask: RestAsking;
  readonly clock: Clock;
  readonly random: () => number;
  readonly cpuMs?: () => number;
  /** Of the manager's own making: the proxy has none. */
  readonly epoch: string;
  readonly pace: VolumePace;
  /** What was told of its volumes before it was reached in this way, on the manager's clock: it holds until they are asked. */
  readonly toldBefore?: ReadonlyMap<string, ReceivedVolumeReport>;
  /** Volumes to ask for where the proxy cannot tell which it has. */
  readonly expectedVolumes: readonly string[];
  /** Hears of all that moves between polls. */
  readonly onMessage: (message: Message) => void;
  /** Something is in doubt that a poll would tell: the way to the proxy, or whether it takes the secret. */
  readonly onDoubt: (isRefused: boolean) => void;
}

/**
 * Speaks for a storage proxy of Backend.AI as one of ours would: with changes that are counted, in an epoch, on a monotonic
 * clock, all of which are the manager's own.
 */
export interface RestProxy {
  /** What there is to tell now that a poll was answered. */
  readonly polled: (health: RestHealth, askedMonoMs: number) => Message;
  /** A poll was not answered: its volumes are left alone until one is. */
  readonly lose: () => void;
  /** Has a volume asked for now, if it is known; what comes of it is told. */
  readonly check: (volume: string) => Promise<void>;
  readonly stop: () => void;
}

export function createRestProxy(options: RestProxyOptions): RestProxy {
  const { clock, epoch, pace, toldBefore = new Map(), expectedVolumes, onMessage, onDoubt } = options;
  const asking = createVolumeAsking({ ...options, onList, onVolume, onDoubt });
  let volumes: ReadonlyMap<string, ReceivedVolumeReport | null> = toldBefore;
  let listing: Listing = {
    ...NO_LISTING,
    backends: new Map(Array.from(toldBefore, ([name, { backend }]) => [name, backend])),
  };
  let isListed = false;
  let listWarnings: readonly string[] = [];
  let health: RestHealth | null = null;
  let seq = 0;

  return { polled, lose: asking.pause, check: asking.check, stop: asking.stop };

  function polled(said: RestHealth, askedMonoMs: number): Message {
    const before = health;
    health = said;
    if (said.volumes !== null) {
      asking.stop();
      asking.follow([]);
      const at = { askedMonoMs, madeMs: said.madeMs };
      const told = Array.from(said.volumes, ([name, volume]) => {
        const previous = volumes.get(name) ?? null;
        return [name, volume && toldVolume(volume, previous, { at, pace })] as const;
      });
      volumes = new Map(told);
      listing = NO_LISTING;
      listWarnings = [];
      return report();
    }
    // What it told by itself before it does not tell any more.
    if (before !== null && before.volumes !== null) volumes = new Map();
    asking.begin();
    const isSame =
      before?.volumes === null && before.version === said.version && isAlike(before.warnings, said.warnings);
    return isSame ? { type: 'unchanged', epoch, seq, mono_ms: clock.mono() } : report();
  }

  /** Everything, as of now: it takes the next number. */
  function report(): Message {
    seq += 1;
    const version = health?.version ?? undefined;
    return {
      type: 'report',
      report: { epoch, seq, mono_ms: clock.mono(), ...(version === undefined ? {} : { version }), volumes },
      rest: { warnings: [...(health?.warnings ?? []), ...listWarnings], unlisted: [...listing.unlisted.keys()] },
    };
  }

  function onList(list: VolumeList | null, failure: string | null): void {
    const before = { listing, listWarnings };
    if (list !== null) listing = nextListing(listing, list.backends, clock.mono());
    listWarnings = [warningOf(list, failure) ?? []].flat();
    const backends = new Map(listing.backends);
    if (list === null) for (const name of expectedVolumes) if (!backends.has(name)) backends.set(name, 'unknown');
    const isSame = isSameListing(before.listing, listing) && isAlike(before.listWarnings, listWarnings);
    if (isListed && isSame && backends.size === volumes.size) return;
    isListed = true;
    volumes = new Map(Array.from(backends, ([name, backend]) => [name, { ...volumeOf(name), backend }]));
    asking.follow([...backends.keys()].filter((name) => !listing.missed.has(name)));
    onMessage(report());
  }

  function onVolume(name: string, asked: Asked): void {
    const volume = nextVolumeReport(volumeOf(name), asked);
    volumes = new Map(volumes).set(name, volume);
    seq += 1;
    onMessage({ type: 'change', epoch, seq, after: seq - 1, mono_ms: clock.mono(), volume: name, report: volume });
  }

  function warningOf(list: VolumeList | null, failure: string | null): string | null {
    if (list === null) {
      const known = new Set([...listing.backends.keys(), ...expectedVolumes]).size;
      const then = known > 0 ? 'those known before are asked for' : 'name them in `volumes` of its `[proxies]` table';
      return `it cannot list its volumes (${failure}): ${then}`;
    }
    return list.leftOut === 0 ? null : `${list.leftOut} entries of its list of volumes cannot be used`;
  }

  function volumeOf(name: string): ReceivedVolumeReport {
    return volumes.get(name) ?? UNASKED_VOLUME;
  }
}

const isAlike = (a: readonly string[], b: readonly string[]): boolean => a.join('\n') === b.join('\n');

function isSameListing(a: Listing, b: Listing): boolean {
  const isSameSize = a.backends.size === b.backends.size && a.missed.size === b.missed.size;
  if (!isSameSize || a.unlisted.size !== b.unlisted.size) return false;
  for (const [name, backend] of b.backends) {
    if (a.backends.get(name) !== backend || a.missed.has(name) !== b.missed.has(name)) return false;
  }
  return [...b.unlisted.keys()].every((name) => a.unlisted.has(name));
}
