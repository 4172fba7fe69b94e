import { safe } from '@trpc/client';
import { beforeEach, describe, expect, it } from 'vitest';
import { createManagerClient } from '../../client/manager-client.ts';
import { createConfiguredVfolders } from '../../manager/vfolders.ts';
import { createWorld } from '../world.ts';
import { createFakeManager } from './fake-manager.ts';

let world: ReturnType<typeof createWorld>;
beforeEach(() => {
  world = createWorld();
  world.startProxy('proxy1', ['volume1']);
  world.startProxy('proxy2', ['volume1']);
});

const get = async (path: string) => world.managerFetch(new Request(`http://manager${path}`));
const client = () =>
  createManagerClient({
    url: 'http://manager',
    fetch: async (input, init) => world.managerFetch(new Request(input, init)),
  });

describe("the manager's own health", () => {
  it('is live at once, and ready when every proxy has been asked', async () => {
    expect([(await get('/livez')).status, (await get('/readyz')).status]).toEqual([200, 503]);
    await world.clock.advance(12_000);
    expect((await get('/readyz')).status).toBe(200);
  });

  it('is ready in spite of a proxy that is away', async () => {
    world.killProxy('proxy1');
    await world.clock.advance(12_000);
    expect((await get('/readyz')).status).toBe(200);
  });

  it('names what is away beside health, which it is ready to serve all the same', async () => {
    const away = 'PostgreSQL cannot be asked';
    const { fetch } = createFakeManager({ vfolders: { ...createConfiguredVfolders([]), away: () => away } });
    const response = await fetch(new Request('http://manager/readyz'));
    expect([response.status, await response.json()]).toEqual([
      200,
      { status: 'ok', version: '1.0.0', away: { vfolders: away } },
    ]);
  });
});

describe("the manager's tRPC", () => {
  it('says the same as GraphQL', async () => {
    await world.clock.advance(12_000);
    const { volumeHealthList } = (await world.query(
      '{ volumeHealthList { proxyName volumeId status statusInfo reason lastCheckedAt } }',
    )) as { volumeHealthList: unknown };
    const volumes = await client().volumeHealthList.query();
    expect(volumeHealthList).toEqual(
      volumes.map((v) => ({
        proxyName: v.proxy_name,
        volumeId: v.volume_id,
        status: v.status.toUpperCase(),
        statusInfo: v.status_info,
        reason: v.reason,
        lastCheckedAt: v.last_checked_at,
      })),
    );
  });

  it('gives the effective health of one volume, and null for one that is not known', async () => {
    await world.clock.advance(12_000);
    expect(await client().volumeHealth.query({ host: 'proxy1:volume1' })).toMatchObject({ status: 'healthy' });
    expect(await client().volumeHealth.query({ host: 'proxy1:volume9' })).toBeNull();
  });

  it('says what is wrong with a host that has no colon', async () => {
    const [, error] = await safe(client().volumeHealth.query({ host: 'volume1' }));
    expect(error?.message).toBe('"volume1" is not a volume host: expected one such as "proxy1:volume1"');
    expect(error?.data?.httpStatus).toBe(400);
  });

  it('has a volume asked on demand', async () => {
    await world.clock.advance(15_000);
    world.mounts.set('/volume1', 116);
    expect(await client().checkVolume.mutate({ host: 'proxy1:volume1' })).toMatchObject({ status: 'offline' });
  });
});

it('answers a route that it does not have with 404', async () => {
  expect((await get('/nope')).status).toBe(404);
});
