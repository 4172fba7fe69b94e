import { type FeedPosition, formatPosition, parsePosition } from '../../../probe/feed.ts';
import type { Manager } from '../../../manager/manager.ts';
import type { StorageProxy } from '../../../proxy/storage-proxy.ts';
import type { ManagerEvent } from '../../../schema/manager-event.ts';
import type { ProxyEvent } from '../../../schema/proxy-event.ts';
import type { Machine } from './kernel.ts';
import { Violation } from './violation.ts';

/** Follows all streams that the services of a world send: how many there are, and whether each keeps its order. */
export interface Streams {
  /** How many a machine has begun and not ended. */
  readonly open: (machine: Machine) => number;
  readonly followManager: (manager: Manager, machine: Machine) => Manager;
  readonly followProxy: (proxy: StorageProxy, machine: Machine) => StorageProxy;
}

interface Place {
  readonly position: FeedPosition;
  /** A change takes a place of its own; whatever else is told stands where the latest change stood. */
  readonly isChange: boolean;
}

export function createStreams(fail: (violation: Violation) => void): Streams {
  const open = new Map<Machine, number>();
  /** The highest place that a machine has told anybody. */
  const highest = new Map<Machine, number>();

  return {
    open: (machine) => open.get(machine) ?? 0,
    followManager: (manager, machine) => ({
      ...manager,
      watch: (options) => follow(manager.watch(options), { machine, since: options.lastEventId, placeOf }),
    }),
    followProxy: (proxy, machine) => ({
      ...proxy,
      watch: (options) => follow(proxy.watch(options), { machine, since: options.lastEventId, placeOf: placeOfReport }),
    }),
  };

  async function* follow<E extends { type: string }>(
    events: AsyncIterable<E>,
    of: { machine: Machine; since: string | null; placeOf: (event: E) => Place | null },
  ): AsyncGenerator<E, void, undefined> {
    const { machine, since, placeOf: place } = of;
    const asked = since === null ? null : parsePosition(since);
    // One run of a service is one epoch, and its machine's.
    let last = asked?.epoch === machine.name ? asked.seq : 0;
    open.set(machine, (open.get(machine) ?? 0) + 1);
    try {
      for await (const event of events) {
        const told = place(event);
        if (told !== null) last = inOrder(machine, { last, type: event.type, ...told });
        yield event;
      }
    } finally {
      open.set(machine, open.get(machine)! - 1);
    }
  }

  function inOrder(
    machine: Machine,
    { last, type, position, isChange }: Place & { last: number; type: string },
  ): number {
    const { epoch, seq } = position;
    const least = type === 'snapshot' ? (highest.get(machine) ?? 0) : last + (isChange ? 1 : 0);
    if (epoch !== machine.name || seq < least) {
      fail(new Violation('ordered', `${machine.name} tells a ${type} at ${formatPosition(position)} after ${last}`));
    }
    highest.set(machine, Math.max(highest.get(machine) ?? 0, seq));
    return seq;
  }
}

/** A snapshot that is not complete stands nowhere. */
function placeOf({ id, type }: ManagerEvent): Place | null {
  const position = id === null ? null : parsePosition(id);
  return position && { position, isChange: type !== 'snapshot' };
}

function placeOfReport(event: ProxyEvent): Place {
  return { position: event.type === 'snapshot' ? event.report : event, isChange: event.type === 'change' };
}
