import { setTimeout as delay } from 'node:timers/promises';
import { ask } from './graphql-subscriber.ts';
import { type Change, serialIn } from './changes.ts';
import { machineMs } from './machine-clock.ts';

/** When somebody first saw what state each host was in. */
export interface Sightings {
  readonly saw: (host: string, statusInfo: string | null | undefined, atMs: number) => void;
  /** How long after each change it, or a later one of the same host, was seen; waits for it as long as `withinMs`. */
  readonly delays: (changes: readonly Change[], withinMs: number) => Promise<{ delaysMs: number[]; missed: number }>;
}

interface Sighting {
  readonly serial: number;
  readonly atMs: number;
}

const LOOK_MS = 50;

export function createSightings(): Sightings {
  const sightings = new Map<string, Sighting[]>();
  const delayOf = ({ host, serial, atMs }: Change): number | null => {
    const seen = sightings.get(host)?.find((sighting) => sighting.serial >= serial);
    return seen === undefined ? null : seen.atMs - atMs;
  };
  return {
    saw(host, statusInfo, atMs) {
      const serial = serialIn(statusInfo);
      const seen = sightings.get(host) ?? [];
      if (serial <= (seen.at(-1)?.serial ?? 0)) return;
      seen.push({ serial, atMs });
      sightings.set(host, seen);
    },
    async delays(changes, withinMs) {
      const endMs = machineMs() + withinMs;
      while (machineMs() < endMs && changes.some((change) => delayOf(change) === null)) await delay(LOOK_MS);
      const delaysMs = changes.flatMap((change) => delayOf(change) ?? []);
      return { delaysMs, missed: changes.length - delaysMs.length };
    },
  };
}

export interface PollingOptions {
  /** Of the manager. */
  readonly url: string;
  readonly hosts: readonly string[];
  readonly intervalMs: number;
  readonly sightings: Sightings;
}

/** A client that asks for each of some hosts every `intervalMs`, as whoever has no subscription must; until it is told to end. */
export function pollHosts({ url, hosts, intervalMs, sightings }: PollingOptions): () => void {
  const timers = new Set<NodeJS.Timeout>();
  for (const host of hosts) {
    // A kept-alive connection may be cut meanwhile: asked again once, then it is for the next poll to see.
    const poll = () =>
      void see(host)
        .catch(() => see(host))
        .catch(() => {});
    const first = setTimeout(() => {
      poll();
      timers.add(setInterval(poll, intervalMs));
    }, Math.random() * intervalMs);
    timers.add(first);
  }
  return () => {
    for (const timer of timers) clearTimeout(timer);
  };

  async function see(host: string): Promise<void> {
    const query = `{ volumeHealth(host: ${JSON.stringify(host)}) { statusInfo } }`;
    const { volumeHealth } = await ask<{ volumeHealth: { statusInfo: string } | null }>(url, query);
    sightings.saw(host, volumeHealth?.statusInfo, machineMs());
  }
}
