import type { Kernel, Machine } from './kernel.ts';
import type { Random } from './random.ts';

export type End = 'client' | 'server';

/** The way between a client and a server, with whatever can happen to what travels on it. */
export interface Wire {
  /** Who is there to be connected to; of several each in turn. Nobody: clients are refused. */
  readonly serve: (...servers: readonly Machine[]) => void;
  readonly connect: (client: Machine) => Connection;
  /** Resets every connection: both ends hear of it. */
  readonly cut: () => void;
  /** Whatever is sent on connections that are open now is lost, and nobody is told: the server gives up in the end. */
  readonly forget: () => void;
  /** Nothing arrives at this end until it is released; then everything, in its order. */
  readonly hold: (end: End) => void;
  readonly release: (end: End) => void;
  /** How long things travel from now on, in milliseconds. */
  readonly slow: (fromMs: number, toMs: number) => void;
  /** What something in between does with what servers send, from now on; null: nothing. */
  readonly mangle: (how: (() => Mangling | null) | null) => void;
  /** What becomes of the next thing that a server sends. */
  readonly mangling: () => Mangling | null;
  /** How many connections clients hold, and how many they have ever begun. */
  readonly connections: () => number;
  readonly connects: () => number;
}

/** twice: arrives twice; lost: never; cut: ends in its middle, and with it the connection; garbage: as something else. */
export type Mangling = 'twice' | 'lost' | 'cut' | 'garbage';

/** Keeps the order of what is sent to one end, as TCP does. */
export interface Connection {
  /** Who it is connected to; null where nobody listened. */
  readonly server: Machine | null;
  /** Has something happen at an end once it has travelled. Nothing happens any more where the connection has ended. */
  readonly send: (to: End, run: () => void) => void;
  /** An end leaves: what it has sent before arrives, and then the other end hears that it has left. */
  readonly close: (by: End) => void;
  /** Called once, on the machine of that end, where the connection ends and not by that end itself. */
  readonly onClosed: (end: End, callback: (why: Ending) => void) => void;
}

/** refused: nobody was there; reset: cut, with what was on its way; left: closed by the other end. */
export type Ending = 'refused' | 'reset' | 'left';

interface Live {
  readonly machines: Record<End, Machine | null>;
  readonly arrivesMs: Record<End, number>;
  readonly onClosed: Partial<Record<End, (why: Ending) => void>>;
  readonly hasLeft: Record<End, boolean>;
  isForgotten: boolean;
}

/** A client gives up by itself: it has limits of its own. */
const SERVER_GIVES_UP_MS = 60_000;

const OTHER = { client: 'server', server: 'client' } as const satisfies Record<End, End>;

export function createWire(kernel: Kernel, random: Random): Wire {
  const open = new Set<Live>();
  const held: Record<End, { readonly live: Live; readonly run: () => void }[] | null> = { client: null, server: null };
  let servers: readonly Machine[] = [];
  let begun = 0;
  let nextMangling: (() => Mangling | null) | null = null;
  let travelMs: readonly [number, number] = [0.2, 2];

  return {
    serve(...machines) {
      servers = machines;
    },
    connect,
    cut() {
      for (const live of open) reset(live);
    },
    forget() {
      for (const live of open) {
        live.isForgotten = true;
        kernel.after(SERVER_GIVES_UP_MS, live.machines.server, () => {
          if (open.delete(live)) live.onClosed.server?.('reset');
        });
      }
    },
    hold(at) {
      held[at] ??= [];
    },
    release(at) {
      const waiting = held[at] ?? [];
      held[at] = null;
      for (const { live, run } of waiting) travel(live, at, run);
    },
    slow(fromMs, toMs) {
      travelMs = [fromMs, toMs];
    },
    mangle(how) {
      nextMangling = how;
    },
    mangling: () => nextMangling?.() ?? null,
    connections: () => [...open].filter(({ hasLeft }) => !hasLeft.client).length,
    connects: () => begun,
  };

  function connect(client: Machine): Connection {
    const server = servers[begun % Math.max(1, servers.length)] ?? null;
    const live: Live = {
      machines: { client, server },
      arrivesMs: { client: 0, server: 0 },
      onClosed: {},
      hasLeft: { client: false, server: false },
      isForgotten: false,
    };
    open.add(live);
    begun += 1;
    if (server === null) travel(live, 'client', () => end(live, 'client', 'refused'));
    return {
      server,
      send(to, run) {
        if (open.has(live) && !live.hasLeft[OTHER[to]] && live.machines[to] !== null) send(live, to, run);
      },
      close(by) {
        if (!open.has(live) || live.hasLeft[by]) return;
        live.hasLeft[by] = true;
        delete live.onClosed[by];
        // Who is dead never hears of it, and who has left itself does not care.
        if (live.hasLeft[OTHER[by]] || live.machines[OTHER[by]]?.isDead() !== false) open.delete(live);
        else send(live, OTHER[by], () => end(live, OTHER[by], 'left'));
      },
      onClosed(at, callback) {
        live.onClosed[at] = callback;
      },
    };
  }

  function send(live: Live, to: End, run: () => void): void {
    if (live.isForgotten) return;
    const waiting = held[to];
    if (waiting === null) travel(live, to, run);
    else waiting.push({ live, run });
  }

  function travel(live: Live, to: End, run: () => void): void {
    const arrivesMs = Math.max(live.arrivesMs[to], kernel.now() + random.logarithmic(...travelMs));
    live.arrivesMs[to] = arrivesMs;
    kernel.after(arrivesMs - kernel.now(), live.machines[to], () => {
      if (open.has(live) && !live.hasLeft[to] && !live.isForgotten) run();
    });
  }

  function reset(live: Live): void {
    open.delete(live);
    for (const to of ['client', 'server'] as const) {
      const heard = live.onClosed[to];
      if (heard !== undefined) kernel.after(0, live.machines[to], () => heard('reset'));
    }
  }

  function end(live: Live, to: End, why: Ending): void {
    open.delete(live);
    live.onClosed[to]?.(why);
  }
}
