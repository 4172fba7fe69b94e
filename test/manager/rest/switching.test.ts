import { expect, it } from 'vitest';
import { httpFailure } from '../../../client/failure.ts';
import { createProxyLink } from '../../../manager/proxy-link.ts';
import { createFakeClock } from '../../fake-clock.ts';

const WELL = { status: 'healthy', status_info: 'usable', backend: 'vfs', last_checked_at: '2026-01-22T10:00:00Z' };
const OURS = { epoch: 'ours', seq: 1, mono_ms: 1, volumes: { v: WELL } };
const HEALTH = { status: 'healthy', version: '25.15.0', component: 'storage-proxy' };
const TELLING = { ...HEALTH, volumes: { told: WELL } };

/** A link to a proxy that is of one kind or another, as the test says. */
function createSwitching() {
  const clock = createFakeClock();
  const streams = { opened: 0, ended: 0 };
  let answer: object = HEALTH;
  const subscribe = () => {
    streams.opened += 1;
    return { unsubscribe: () => (streams.ended += 1) };
  };
  const link = createProxyLink({
    access: {
      client: { health: { watch: { subscribe } } } as never,
      poll: async () => {
        if (answer === OURS) return OURS;
        throw httpFailure(404);
      },
      rest: async ({ path }) => {
        if (path !== 'health') throw httpFailure(500);
        return { value: answer, dateMs: null };
      },
    },
    clock,
    random: () => 0.5,
    pingMs: 2_000,
    onNews: () => {},
    onDoubt: () => {},
  });
  const poll = (signal = new AbortController().signal) => link.poll(signal);
  return {
    clock,
    link,
    streams,
    poll,
    become: async (next: object) => {
      answer = next;
      await poll();
    },
    volumes: () => [...(link.received()?.volumes.keys() ?? [])],
  };
}

it('opens no stream to a proxy of Backend.AI', async () => {
  const { poll, link, streams } = createSwitching();
  await poll();
  link.listen();
  expect(streams.opened).toBe(0);
  link.stop();
});

it('opens one as soon as one of ours takes its place, and ends it when that goes', async () => {
  const { become, link, streams, volumes } = createSwitching();
  await become(HEALTH);
  await become(OURS);
  expect([streams, volumes()]).toEqual([{ opened: 1, ended: 0 }, ['v']]);
  await become(HEALTH);
  // What was told of its volumes holds until they can be asked for.
  expect([streams, volumes(), link.received()?.epoch]).toEqual([
    { opened: 1, ended: 1 },
    ['v'],
    expect.stringMatching(/^rest:/),
  ]);
  link.stop();
});

it('asks for no volume of a proxy that tells of them by itself', async () => {
  const { become, clock, link } = createSwitching();
  await become(HEALTH);
  expect(clock.timers()).toBeGreaterThan(0);
  await become(TELLING);
  expect(clock.timers()).toBe(0);
  link.stop();
});

it('forgets what a proxy told of its volumes once it tells nothing of them any more', async () => {
  const { become, link, volumes } = createSwitching();
  await become(TELLING);
  expect(volumes()).toEqual(['told']);
  await become(HEALTH);
  expect(volumes()).toEqual([]);
  link.stop();
});

it('speaks for nobody once it has ended, though an answer still comes', async () => {
  const { clock, link, poll } = createSwitching();
  const life = new AbortController();
  const polled = poll(life.signal);
  life.abort(new Error('the manager ends'));
  link.stop();
  await expect(polled).rejects.toThrow('the manager ends');
  expect([clock.timers(), link.received()]).toEqual([0, null]);
});
