import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createWorld } from '../../world.ts';
import { served, type Served } from '../fake-manager.ts';
import { createSubscribedCopy } from './subscribed-copy.ts';

const ESTALE = 116;

let world: ReturnType<typeof createWorld>;
let server: Served;
beforeEach(async () => {
  world = createWorld();
  world.startProxy('proxy1', ['volume1', 'volume2']);
  world.startProxy('proxy2', ['volume1']);
  await world.clock.advance(15_000);
  server = await served(async (request) => world.managerFetch(request));
});
afterEach(() => {
  server.close();
  world.manager.stop();
});

const truth = (host?: string) =>
  Object.fromEntries(
    world.manager
      .snapshot()
      .volumes.map((volume) => [
        `${volume.proxy_name}:${volume.volume_id}`,
        `${volume.status.toUpperCase()} ${volume.reason}`,
      ])
      .filter(([name]) => host === undefined || name === host),
  );

async function restartWithout(volume: string): Promise<void> {
  const rest = ['volume1', 'volume2'].filter((name) => name !== volume);
  world.killProxy('proxy1');
  await world.clock.advance(15_000);
  world.startProxy('proxy1', rest);
  await world.clock.advance(60_000);
}

async function listening(host?: string) {
  const client = createSubscribedCopy(server.url, host);
  void client.listen();
  await expect.poll(client.volumes).toEqual(truth(host));
  return client;
}

describe('a client that follows the descriptions of volumeHealthChanged', () => {
  it('has what the manager says, through outages, and drops what is reported no more', async () => {
    const client = await listening();

    world.mounts.set('/volume1', ESTALE);
    await world.clock.advance(15_000);
    await expect.poll(client.volumes).toMatchObject({ 'proxy1:volume1': 'OFFLINE MOUNT_STALE' });
    world.killProxy('proxy2');
    await world.clock.advance(15_000);
    await expect.poll(client.volumes).toMatchObject({ 'proxy2:volume1': 'UNKNOWN PROXY_UNREACHABLE' });
    await restartWithout('volume2');

    await expect.poll(client.volumes).toEqual(truth());
    expect(Object.keys(client.volumes())).toEqual(['proxy1:volume1', 'proxy2:volume1']);
  });

  it('has what it missed while it was cut, and no volume that went meanwhile', async () => {
    const client = await listening();
    const before = client.ids.length;
    await client.cut();
    await restartWithout('volume2');

    void client.listen();

    await expect.poll(client.volumes).toEqual(truth());
    expect(client.volumes()).not.toHaveProperty('proxy1:volume2');
    // Changes alone: of a snapshot only the last event has an id.
    expect(client.ids.length).toBeGreaterThan(before + 1);
  });

  it('keeps nothing of a snapshot within which it was cut', async () => {
    const client = createSubscribedCopy(server.url);
    await client.listen(2);
    await client.cut();
    expect([client.volumes(), client.ids]).toEqual([{}, []]);
    await restartWithout('volume2');

    void client.listen();

    await expect.poll(client.volumes).toEqual(truth());
    expect(client.volumes()).not.toHaveProperty('proxy1:volume2');
  });

  it('begins anew with another run of the manager, and has no volume that went meanwhile', async () => {
    const client = await listening();
    await client.cut();
    await restartWithout('volume2');
    world.restartManager();

    void client.listen();
    await world.clock.advance(15_000);

    await expect.poll(client.volumes).toEqual(truth());
    expect(client.volumes()).not.toHaveProperty('proxy1:volume2');
  });

  it('that asked for one volume knows that it is gone, in the same run of the manager and in the next', async () => {
    const client = await listening('proxy1:volume2');
    const late = await listening('proxy1:volume2');
    await late.cut();
    await restartWithout('volume2');
    await expect.poll(client.volumes).toEqual({});
    world.restartManager();
    await world.clock.advance(15_000);

    await late.listen(1);

    expect(late.volumes()).toEqual({});
  });
});
