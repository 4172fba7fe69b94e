import type { Inspection } from './inspection.ts';
import type { Kernel, Machine } from './kernel.ts';
import type { ManagerPlaces } from './manager-places.ts';
import type { Oracle } from './oracle.ts';
import type { ProxyPlaces } from './proxy-places.ts';
import type { Transport } from './transport.ts';
import type { Violation } from './violation.ts';

/** Looks at a world whenever something has happened in it, and throws the first `Violation` that is found. */
export interface Watch {
  /** On this machine. */
  readonly look: (machine: Machine | null) => void | Promise<void>;
  /** Inspects everything every now and then, until it ends. */
  readonly begin: () => void;
  readonly end: () => void;
}

export interface WatchOptions {
  readonly kernel: Kernel;
  readonly proxies: ProxyPlaces;
  readonly managers: ManagerPlaces;
  readonly oracle: Oracle;
  readonly inspection: Inspection;
  readonly transport: Transport;
  readonly violation: () => Violation | null;
}

const INSPECT_EVERY_MS = 250;

export function createWatch(options: WatchOptions): Watch {
  const { kernel, proxies, managers, oracle, inspection, transport, violation } = options;
  let isOver = false;

  return {
    look(machine) {
      const process = machine === null ? null : proxies.processOn(machine);
      if (process !== null) oracle.hear(process);
      let isNews = false;
      for (const manager of managers.answering()) {
        const before = manager.seen;
        manager.seen = oracle.look(manager);
        isNews ||= manager.seen !== before;
      }
      throwFound();
      return isNews ? compare() : undefined;
    },
    begin,
    end() {
      isOver = true;
    },
  };

  /** Whoever looks may be the first to find something out; others are told of it at once. */
  async function compare(): Promise<void> {
    await kernel.settle();
    for (const manager of managers.answering()) {
      oracle.compare(manager, manager.manager.snapshot());
      await transport.compareSurfaces(manager.manager);
    }
    throwFound();
  }

  function begin(): void {
    kernel.after(INSPECT_EVERY_MS, null, () => {
      if (isOver) return;
      for (const process of proxies.running()) inspection.inspectProxy(process);
      for (const manager of managers.answering()) inspection.inspect(manager, manager.manager.snapshot());
      begin();
    });
  }

  function throwFound(): void {
    const found = violation();
    if (found !== null) throw found;
  }
}
