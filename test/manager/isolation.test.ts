import { afterEach, expect, it } from 'vitest';
import type { Transition } from '../../manager/announcer.ts';
import { createManager, type Manager } from '../../manager/manager.ts';
import { parseManagerConfig } from '../../manager/config.ts';
import { createFakeClock } from '../fake-clock.ts';

const NAMES = ['p1', 'p2', 'p3', 'p4', 'p5'];
const REPORT = { epoch: 'e', seq: 1, mono_ms: 1, volumes: {} };

let manager: Manager | undefined;
afterEach(() => {
  manager?.stop();
});

const lineOf = ({ of, event }: Transition) => `${of} ${event.subject} ${event.data.current}`;

/** A manager of five proxies that are polled alone; those in `gone` do not answer. */
function createPolling(gone: Set<string>) {
  const clock = createFakeClock();
  const said: string[] = [];
  const toml = NAMES.map((name) => `[proxies.${name}]\nmanager_api = "http://${name}"\nsecret = "s"\n`);
  manager = createManager({
    config: parseManagerConfig(toml.join(''), 'manager.toml').config,
    epoch: 'run1',
    clock,
    random: () => 0.5,
    accessOf: (name) => ({
      client: { health: { watch: { subscribe: () => ({ unsubscribe: () => {} }) } } } as never,
      poll: async () => {
        if (gone.has(name)) throw new Error('no route to the host');
        return REPORT;
      },
    }),
    onTransition: (transition) => said.push(lineOf(transition)),
  });
  return { clock, said, manager };
}

it('says once that it may be cut off itself, when most of its proxies fail at once, and alters no verdict for it', async () => {
  const gone = new Set<string>();
  const { clock, said, manager: isolated } = createPolling(gone);
  await clock.advance(15_000);
  said.length = 0;
  for (const name of ['p1', 'p2', 'p3']) gone.add(name);
  await clock.advance(15_000);
  expect(isolated.observer().status).toBe('isolated');
  expect(isolated.snapshot().proxies.map(({ is_healthy }) => is_healthy)).toEqual([false, false, false, true, true]);
  await clock.advance(60_000);
  expect(said.filter((line) => line.startsWith('observer'))).toEqual(['observer manager isolated']);
  gone.clear();
  await clock.advance(40_000);
  expect(said.filter((line) => line.startsWith('observer'))).toEqual([
    'observer manager isolated',
    'observer manager ok',
  ]);
});

it('says nothing of itself when a few of its proxies fail', async () => {
  const gone = new Set<string>();
  const { clock, said } = createPolling(gone);
  await clock.advance(15_000);
  gone.add('p1').add('p2');
  await clock.advance(60_000);
  expect(said.filter((line) => line.startsWith('observer'))).toEqual([]);
});
