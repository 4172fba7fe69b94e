import type { RingName } from './rings.ts';

/** A fault that is planted in the project's code, to see whether a simulated world finds it. */
export interface Mutation {
  /** What is wrong with it then, as a sentence. */
  readonly name: string;
  readonly file: string;
  /** Stands exactly once in the file. */
  readonly find: string;
  readonly replace: string;
  /** The only ring that can find it; without it, the first that does. */
  readonly ring?: RingName;
}

export const MUTATIONS: readonly Mutation[] = [
  {
    name: 'what a proxy has said last stays current when it no longer answers',
    file: 'manager/effective-status.ts',
    find: "if (!view.isHealthy) return unknown('PROXY_UNREACHABLE'",
    replace: "if (!view.isHealthy && view.received === null) return unknown('PROXY_UNREACHABLE'",
  },
  {
    name: 'the age of what a proxy says is reckoned by the wall clock',
    file: 'manager/proxy-link.ts',
    find: 'const request = { isPoll: true, generation, askedMonoMs: clock.mono() };',
    replace: 'const request = { isPoll: true, generation, askedMonoMs: clock.now() };',
  },
  {
    name: 'the volumes of a proxy stay when it starts anew without them',
    file: 'manager/received.ts',
    find: '    epoch: report.epoch,',
    replace: `    epoch: report.epoch,
    volumes: new Map([...(previous?.volumes ?? []), ...report.volumes]),`,
  },
  {
    name: 'whoever comes back to a feed misses the first change since',
    file: 'probe/feed.ts',
    find: 'let at = since?.epoch === epoch && since.seq <= seq ? since.seq : null;',
    replace: 'let at = since?.epoch === epoch && since.seq <= seq ? since.seq + 1 : null;',
  },
  {
    name: 'a target that is stuck is asked once more each time',
    file: 'probe/health-probe.ts',
    find: 'if (out === null) return start(slot);',
    replace: 'if (out === null || out.expired) return start(slot);',
  },
  {
    name: 'a stream that was cut is never opened again',
    file: 'client/resuming-event-source.ts',
    find: 'this.#leave = after(this.#backoff.nextMs(), () => {',
    replace: 'this.#leave = after(1e12 + this.#backoff.nextMs(), () => {',
    ring: 'stack',
  },
];
