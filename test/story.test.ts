import { describe, expect, it } from 'vitest';
import { createWorld } from './world.ts';

const EVERYTHING = `{
  storageProxyHealthList { proxyName status isHealthy lastCheckedAt errorMessage }
  volumeHealthList { proxyName volumeId backendType status statusInfo isHealthy lastCheckedAt lastKnownStatus reason since }
  vfolderNode(id: "6f1c2a54-0a0b-4f6e-9a51-0123456789ab") { name host storageHealth { status statusInfo isHealthy } }
}`;

const ESTALE = 116;

async function createRunningWorld() {
  const world = createWorld();
  world.startProxy('proxy1', ['volume1', 'volume2']);
  world.startProxy('proxy2', ['volume1']);
  await world.clock.advance(12_000);
  return world;
}

const brief = (answer: unknown) => {
  const { storageProxyHealthList: proxies, volumeHealthList: volumes } = answer as {
    storageProxyHealthList: { proxyName: string; status: string; errorMessage: string | null }[];
    volumeHealthList: { proxyName: string; volumeId: string; status: string; lastKnownStatus: string | null }[];
  };
  return [
    ...proxies.map(({ proxyName, status, errorMessage }) => `${proxyName} ${status} ${errorMessage ?? '-'}`),
    ...volumes.map((v) => `${v.proxyName}:${v.volumeId} ${v.status} ${v.lastKnownStatus ?? '-'}`),
  ];
};

describe('the whole story, from the storage to the GraphQL client', () => {
  it('goes healthy → offline → proxy gone → back, and never troubles the other proxy', async () => {
    const { clock, mounts, query, startProxy, killProxy, transitions } = await createRunningWorld();
    expect(await query(EVERYTHING)).toEqual({
      storageProxyHealthList: ['proxy1', 'proxy2'].map((proxyName) => ({
        proxyName,
        status: 'HEALTHY',
        isHealthy: true,
        lastCheckedAt: expect.stringMatching(/^2026-01-22T10:00:\d\d\.\d{3}Z$/),
        errorMessage: null,
      })),
      volumeHealthList: [
        ['proxy1', 'volume1'],
        ['proxy1', 'volume2'],
        ['proxy2', 'volume1'],
      ].map(([proxyName, volumeId]) => ({
        proxyName,
        volumeId,
        backendType: 'vfs',
        status: 'HEALTHY',
        statusInfo: 'usable, 35 % used',
        isHealthy: true,
        lastCheckedAt: expect.stringMatching(/^2026-01-22T10:00:/),
        lastKnownStatus: 'HEALTHY',
        reason: 'OK',
        since: expect.stringMatching(/^2026-01-22T10:00:/),
      })),
      vfolderNode: {
        name: 'photos',
        host: 'proxy1:volume1',
        storageHealth: { status: 'HEALTHY', statusInfo: 'usable, 35 % used', isHealthy: true },
      },
    });

    mounts.set('/volume1', ESTALE);
    await clock.advance(22_000);
    expect(brief(await query(EVERYTHING))).toEqual([
      'proxy1 HEALTHY -',
      'proxy2 HEALTHY -',
      'proxy1:volume1 OFFLINE OFFLINE',
      'proxy1:volume2 HEALTHY HEALTHY',
      'proxy2:volume1 OFFLINE OFFLINE',
    ]);

    mounts.set('/volume1', null);
    await clock.advance(22_000);
    killProxy('proxy1');
    transitions.length = 0;
    await clock.advance(13_000);
    expect(brief(await query(EVERYTHING))).toEqual([
      'proxy1 UNHEALTHY connection refused',
      'proxy2 HEALTHY -',
      'proxy1:volume1 UNKNOWN HEALTHY',
      'proxy1:volume2 UNKNOWN HEALTHY',
      'proxy2:volume1 HEALTHY HEALTHY',
    ]);
    expect(transitions.slice(0, 3)).toEqual([
      'proxy1 unhealthy soft',
      'proxy1:volume1 unknown PROXY_UNREACHABLE hard',
      'proxy1:volume2 unknown PROXY_UNREACHABLE hard',
    ]);

    startProxy('proxy1', ['volume1', 'volume2']);
    await clock.advance(22_000);
    expect(brief(await query(EVERYTHING))).toEqual([
      'proxy1 HEALTHY -',
      'proxy2 HEALTHY -',
      'proxy1:volume1 HEALTHY HEALTHY',
      'proxy1:volume2 HEALTHY HEALTHY',
      'proxy2:volume1 HEALTHY HEALTHY',
    ]);
  });

  it('tells a mount that hangs: unavailable at first, stuck after a minute, healthy by itself when it returns', async () => {
    const { clock, mounts, query } = await createRunningWorld();
    const volume = async () => {
      const { volumeHealth } = (await query('{ volumeHealth(host: "proxy1:volume2") { status reason } }')) as {
        volumeHealth: { status: string; reason: string };
      };
      return `${volumeHealth.status} ${volumeHealth.reason}`;
    };
    mounts.set('/volume2', 'hang');
    await clock.advance(30_000);
    expect(await volume()).toBe('UNAVAILABLE CHECK_TIMEOUT');
    await clock.advance(60_000);
    expect(await volume()).toBe('OFFLINE MOUNT_STUCK');
    mounts.set('/volume2', null);
    await clock.advance(11_000);
    expect(await volume()).toBe('HEALTHY OK');
  });

  it('asks the storage at once when a client has it checked', async () => {
    const { mounts, clock, query } = await createRunningWorld();
    await clock.advance(4_000);
    mounts.set('/volume2', ESTALE);
    const answer = await query('mutation { checkVolume(host: "proxy1:volume2") { status reason } }');
    expect(answer).toEqual({ checkVolume: { status: 'OFFLINE', reason: 'MOUNT_STALE' } });
  });

  it('never shows what it knew before it was stopped as current', async () => {
    const { clock, query } = await createRunningWorld();
    await clock.pause(3_600_000);
    const before = brief(await query(EVERYTHING));
    expect(before.filter((line) => line.includes(':'))).toEqual([
      'proxy1:volume1 UNKNOWN HEALTHY',
      'proxy1:volume2 UNKNOWN HEALTHY',
      'proxy2:volume1 UNKNOWN HEALTHY',
    ]);
    await clock.advance(12_000);
    expect(brief(await query(EVERYTHING))).toContain('proxy1:volume1 HEALTHY HEALTHY');
  });

  it('believes no verdict that a proxy no longer renews, though the proxy still answers', async () => {
    const { clock, query, stallProxy } = await createRunningWorld();
    stallProxy('proxy1');
    await clock.advance(70_000);
    expect(brief(await query(EVERYTHING))).toEqual([
      'proxy1 HEALTHY -',
      'proxy2 HEALTHY -',
      'proxy1:volume1 UNKNOWN HEALTHY',
      'proxy1:volume2 UNKNOWN HEALTHY',
      'proxy2:volume1 HEALTHY HEALTHY',
    ]);
  });

  it('changes no verdict for a wall clock that is set back by a day', async () => {
    const { clock, query } = await createRunningWorld();
    clock.setWallBy(-86_400_000);
    await clock.advance(15_000);
    expect(brief(await query(EVERYTHING))).toContain('proxy1:volume1 HEALTHY HEALTHY');
  });
});

describe('a proxy that has just been started again', () => {
  it('leaves its volumes unknown for no longer than a second', async () => {
    const { clock, query, startProxy, killProxy } = await createRunningWorld();
    killProxy('proxy1');
    await clock.advance(13_000);
    startProxy('proxy1', ['volume1', 'volume2']);
    for (let waited = 0; !brief(await query(EVERYTHING)).includes('proxy1 HEALTHY -'); waited += 100) {
      expect(waited).toBeLessThan(10_000);
      await clock.advance(100);
    }
    await clock.advance(1_000);
    expect(brief(await query(EVERYTHING))).toContain('proxy1:volume1 HEALTHY HEALTHY');
  });
});
