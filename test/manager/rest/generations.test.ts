import { afterEach, describe, expect, it } from 'vitest';
import type { Manager } from '../../../manager/manager.ts';
import { type Fake, startFake } from '../../fakes/fake-server.ts';
import { pythonProxy } from '../../fakes/python-proxy.ts';
import { type PollingManager, startPolling } from './polled-fake.ts';

const SOON = { timeout: 15_000, interval: 50 };

const QUERY = `{
  storageHealthList {
    status version protocol warnings errorMessage
    volumes { volumeId backendType status isDegraded reason statusInfo }
  }
}`;

const fakes: Fake[] = [];
const managers: Manager[] = [];
afterEach(async () => {
  for (const manager of managers.splice(0)) manager.stop();
  await Promise.all(fakes.splice(0).map(async (fake) => fake.close()));
});

async function polling(state: string, options?: Parameters<typeof startPolling>[1]) {
  const fake = await startFake(pythonProxy, { state });
  fakes.push(fake);
  const started = await startPolling({ proxy1: fake.url }, options);
  managers.push(started.manager);
  return { fake, ...started, seen: () => seenBy(started) };
}

async function seenBy({ query }: PollingManager): Promise<unknown> {
  const { storageHealthList } = (await query(QUERY)) as { storageHealthList: readonly unknown[] };
  return storageHealthList[0];
}

const volume = (volumeId: string, backendType: string, said: object) => ({ volumeId, backendType, ...said });
const ARCHIVE = volume('archive', 'gpfs', {
  status: 'UNAVAILABLE',
  isDegraded: false,
  reason: 'HWINFO_FAILED',
  statusInfo: 'unavailable, as the storage proxy says',
});
const LOCAL = volume('local', 'vfs', {
  status: 'HEALTHY',
  isDegraded: false,
  reason: 'OK',
  statusInfo: 'healthy, as the storage proxy says',
});
const SHARED = volume('shared', 'vast', {
  status: 'HEALTHY',
  isDegraded: true,
  reason: 'STORAGE_DEGRADED',
  statusInfo: 'degraded, as the storage proxy says',
});
const healthy = (version: string | null, volumes: readonly object[], warnings: readonly string[] = []) => ({
  status: 'HEALTHY',
  version,
  protocol: 'REST',
  warnings,
  errorMessage: null,
  volumes,
});
const cannotTell = (reason: string, statusInfo: string) =>
  volume('shared', 'vast', { status: 'UNAVAILABLE', isDegraded: false, reason, statusInfo });

describe('GraphQL shows a storage proxy of Backend.AI', () => {
  it.for([
    ['22.09', '22.09.22'],
    ['24.09', '24.09.12'],
    ['25.15', '25.15.3'],
    ['25.17', '25.17.1'],
    ['well', '26.4.4'],
  ] as const)('of the generation %s, with each of its volumes', async ([state, version]) => {
    const { seen } = await polling(state);
    await expect.poll(seen, SOON).toEqual(healthy(version, [ARCHIVE, LOCAL, SHARED]));
  });

  it('that tells of its volumes by itself, as BEP-1037 draws it', async () => {
    const { fake, seen } = await polling('bep-1037');
    const said = { statusInfo: null, isDegraded: false };
    await expect.poll(seen, SOON).toEqual(
      healthy('26.4.4', [
        volume('archive', 'gpfs', { ...said, status: 'UNAVAILABLE', reason: 'HWINFO_FAILED' }),
        volume('local', 'vfs', { ...said, status: 'HEALTHY', reason: 'OK' }),
        volume('shared', 'vast', {
          isDegraded: true,
          statusInfo: 'INIT',
          status: 'HEALTHY',
          reason: 'STORAGE_DEGRADED',
        }),
      ]),
    );
    expect(fake.requests.map(({ path }) => path)).not.toContain('/volume/hwinfo');
  });

  it('that cannot reach what it needs, without naming an address', async () => {
    const { seen } = await polling('etcd-down');
    const volumes = [ARCHIVE, LOCAL, SHARED];
    await expect.poll(seen, SOON).toEqual(healthy('26.4.4', volumes, ['it cannot reach etcd and Valkey']));
  });

  it.for([
    ['one-fails', 'HWINFO_FAILED', 'the storage proxy cannot say how it is'],
    ['one-hangs', 'CHECK_TIMEOUT', 'the storage proxy did not tell in time how it is'],
    ['one-odd', 'UNREADABLE_REPORT', 'the storage proxy has a word for it that is not known here'],
  ] as const)('with one volume that costs only itself: %s', async ([state, reason, statusInfo]) => {
    const { seen } = await polling(state);
    await expect.poll(seen, SOON).toEqual(healthy('26.4.4', [ARCHIVE, LOCAL, cannotTell(reason, statusInfo)]));
  });

  it('that cannot list its volumes: those known before go on, and a warning says so', async () => {
    const { fake, seen } = await polling('well');
    await expect.poll(seen, SOON).toEqual(healthy('26.4.4', [ARCHIVE, LOCAL, SHARED]));
    await fake.setState('list-fails');
    const warning = 'it cannot list its volumes (answered HTTP 500): those known before are asked for';
    await expect.poll(seen, SOON).toEqual(healthy('26.4.4', [ARCHIVE, LOCAL, SHARED], [warning]));
    await fake.setState('well');
    await expect.poll(seen, SOON).toEqual(healthy('26.4.4', [ARCHIVE, LOCAL, SHARED]));
  });

  it('that never could list its volumes: those that are configured are asked for', async () => {
    const { seen } = await polling('list-fails', { more: 'volumes = ["local"]' });
    const warning = 'it cannot list its volumes (answered HTTP 500): those known before are asked for';
    await expect.poll(seen, SOON).toEqual(healthy('26.4.4', [{ ...LOCAL, backendType: 'unknown' }], [warning]));
  });

  it('that has a volume no more: it is not reported any more', async () => {
    const { fake, seen } = await polling('well');
    await expect.poll(seen, SOON).toEqual(healthy('26.4.4', [ARCHIVE, LOCAL, SHARED]));
    await fake.setState('one-gone');
    const gone = {
      status: 'UNKNOWN',
      isDegraded: false,
      reason: 'NOT_REPORTED',
      statusInfo: 'the storage proxy reports no such volume',
    };
    await expect.poll(seen, SOON).toEqual(healthy('26.4.4', [ARCHIVE, LOCAL, volume('shared', 'vast', gone)]));
  });

  it.for(['well', '24.09'])('that refuses the secret: %s', async (state) => {
    const { seen } = await polling(state, { secret: 'another' });
    await expect.poll(seen, SOON).toMatchObject({
      status: 'UNHEALTHY',
      protocol: null,
      errorMessage: 'the secret is refused (HTTP 403)',
      volumes: [],
    });
  });
});

describe('a storage proxy at one address', () => {
  it.for(['22.09', '25.15', 'well', 'bep-1037'])(
    'is noticed when volhealth takes its place, and back again: %s',
    async (state) => {
      const { fake, seen } = await polling(state);
      await expect.poll(seen, SOON).toMatchObject({ protocol: 'REST' });
      await fake.setState('volhealth');
      await expect.poll(seen, SOON).toMatchObject({
        status: 'HEALTHY',
        version: '0.1.0',
        protocol: 'TRPC',
        volumes: [{ volumeId: 'local', statusInfo: 'usable' }],
      });
      await fake.setState(state);
      await expect.poll(seen, SOON).toMatchObject({ status: 'HEALTHY', protocol: 'REST', volumes: [{}, {}, {}] });
    },
  );

  it('is noticed when it is brought to another version', async () => {
    const { fake, seen } = await polling('24.09');
    await expect.poll(seen, SOON).toMatchObject({ version: '24.09.12' });
    await fake.setState('etcd-down');
    await expect.poll(seen, SOON).toMatchObject({ version: '26.4.4', warnings: ['it cannot reach etcd and Valkey'] });
  });

  it('finds nobody in its access log who asks for what it never had', async () => {
    const { fake, seen } = await polling('well');
    await expect.poll(seen, SOON).toEqual(healthy('26.4.4', [ARCHIVE, LOCAL, SHARED]));
    const first = fake.requests.slice(0, 2).map(({ path }) => path);
    fake.forget();
    await expect.poll(() => fake.calls(), SOON).toBeGreaterThan(8);
    const asked = new Set(fake.requests.map(({ path }) => path));
    expect(first).toEqual(['/manager-api/health', '/health']);
    expect([...asked].toSorted()).toEqual(['/health', '/volume/hwinfo', '/volumes']);
  });

  it('has a volume asked for at once when somebody wants it checked', async () => {
    const { manager, fake, seen } = await polling('one-fails', { more: '' });
    await expect.poll(seen, SOON).toMatchObject({ volumes: [{}, {}, { reason: 'HWINFO_FAILED' }] });
    await fake.setState('well');
    // Sooner than a second after it was asked the last time it is not asked again.
    await expect
      .poll(async () => manager.checkVolume({ proxy: 'proxy1', volume: 'shared' }), SOON)
      .toMatchObject({ status: 'healthy', is_degraded: true });
  });
});
