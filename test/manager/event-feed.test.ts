import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ManagerEvent } from '../../schema/manager-event.ts';
import { settled } from '../fake-clock.ts';
import { createWorld } from '../world.ts';

const ESTALE = 116;
/** A proxy that is away is polled, and its volumes are asked, within so long of its return. */
const BACK_MS = 15_000;

const REPORTED = { proxy: 'proxy1', volume: 'volume1' };
const UNREPORTED = { proxy: 'proxy1', volume: 'volume9' };

let world: ReturnType<typeof createWorld>;
let leave: (() => void)[];

beforeEach(async () => {
  world = createWorld();
  leave = [];
  world.startProxy('proxy1', ['volume1']);
  world.startProxy('proxy2', ['volume1']);
  await world.clock.advance(BACK_MS);
});
afterEach(() => {
  for (const end of leave) end();
  world.manager.stop();
});

/** What somebody is told who follows one host, from now on or from where they were. */
async function follow(host: typeof REPORTED, lastEventId: string | null = null) {
  const leaving = new AbortController();
  leave.push(() => leaving.abort());
  const events: ManagerEvent[] = [];
  void (async () => {
    for await (const event of world.manager.watch({ host, lastEventId, signal: leaving.signal })) events.push(event);
  })();
  await settled();
  return { said: () => events.map(textOf), lastEventId: () => events.at(-1)?.id ?? null, leave: () => leaving.abort() };
}

function textOf(event: ManagerEvent): string {
  if (event.type === 'snapshot') return `now ${event.volumes.map(({ reason }) => reason).join() || 'nothing'}`;
  if (event.type !== 'volume') return event.type;
  return `${event.host} ${event.previous?.reason ?? 'nothing'} → ${event.current?.reason ?? 'nothing'}`;
}

async function restartProxy(volumes: readonly string[]): Promise<void> {
  world.startProxy('proxy1', volumes);
  await world.clock.advance(BACK_MS);
}

describe('who follows a volume that its proxy has never reported', () => {
  it('hears that nothing is known of it when the proxy goes, and that there is none when it is back', async () => {
    const { said } = await follow(UNREPORTED);
    world.killProxy('proxy1');
    await world.clock.advance(60_000);
    await restartProxy(['volume1']);
    expect(said()).toEqual([
      'now nothing',
      'proxy1:volume9 nothing → PROXY_UNREACHABLE',
      'proxy1:volume9 PROXY_UNREACHABLE → nothing',
    ]);
  });

  it('hears of it as of any other once the proxy reports it', async () => {
    const { said } = await follow(UNREPORTED);
    world.killProxy('proxy1');
    await settled();
    await restartProxy(['volume1', 'volume9']);
    expect(said()[1]).toBe('proxy1:volume9 nothing → PROXY_UNREACHABLE');
    expect(said().at(-1)).toMatch(/^proxy1:volume9 .* → OK$/);
  });

  it('hears of it from a manager that has not asked the proxy yet', async () => {
    world.killProxy('proxy1');
    world.restartManager();
    const { said } = await follow(UNREPORTED);
    await restartProxy(['volume1']);
    expect(said()).toEqual(['now NOT_CHECKED', 'proxy1:volume9 NOT_CHECKED → nothing']);
  });

  it('hears nothing of other proxies, nor of other volumes of its own', async () => {
    const { said } = await follow(UNREPORTED);
    world.killProxy('proxy2');
    world.mounts.set('/volume1', ESTALE);
    await world.clock.advance(60_000);
    expect(said()).toEqual(['now nothing']);
  });

  it('is told anew what is known where it comes back, as its proxy may have gone or come meanwhile', async () => {
    const first = await follow(UNREPORTED);
    first.leave();
    world.killProxy('proxy1');
    await settled();
    const second = await follow(UNREPORTED, first.lastEventId());
    second.leave();
    await restartProxy(['volume1']);
    const third = await follow(UNREPORTED, second.lastEventId());
    expect([second.said(), third.said()]).toEqual([['now PROXY_UNREACHABLE'], ['now nothing']]);
  });
});

describe('who follows a volume that its proxy reports', () => {
  it('is told of the volume alone, and only what was missed where it comes back', async () => {
    const first = await follow(REPORTED);
    world.killProxy('proxy1');
    await settled();
    first.leave();
    await restartProxy(['volume1']);
    const second = await follow(REPORTED, first.lastEventId());
    expect(first.said()).toEqual(['now OK', 'proxy1:volume1 OK → PROXY_UNREACHABLE']);
    expect(second.said()).toEqual([expect.stringMatching(/^proxy1:volume1 .* → OK$/)]);
  });

  it('is told of it as of one that is not reported once it is gone', async () => {
    const { said } = await follow(REPORTED);
    await restartProxy([]);
    world.killProxy('proxy1');
    await settled();
    expect(said().slice(-2)).toEqual([
      expect.stringMatching(/^proxy1:volume1 .* → nothing$/),
      'proxy1:volume1 nothing → PROXY_UNREACHABLE',
    ]);
  });
});
