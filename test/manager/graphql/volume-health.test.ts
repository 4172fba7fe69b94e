import { expect, test } from 'vitest';
import type { VolumeHost } from '../../../schema/volume-host.ts';
import { CHECKED_AT, ask, codes, graphql, snapshotOf, volume } from './fixture.ts';

test.for([
  ['', ['proxy1:volume1', 'proxy1:volume2', 'proxy2:volume1']],
  ['(proxyName: "proxy1")', ['proxy1:volume1', 'proxy1:volume2']],
  ['(proxyName: "nobody")', []],
  ['(status: [OFFLINE, UNKNOWN])', ['proxy1:volume2', 'proxy2:volume1']],
  ['(status: OFFLINE)', ['proxy1:volume2']],
  ['(status: [])', []],
  ['(backendType: "gpfs")', ['proxy1:volume1', 'proxy2:volume1']],
  ['(proxyName: "proxy1", status: HEALTHY, backendType: "gpfs")', ['proxy1:volume1']],
  ['(proxyName: null, status: null, backendType: null)', ['proxy1:volume1', 'proxy1:volume2', 'proxy2:volume1']],
] as const)('volumeHealthList%s has the volumes that pass every filter', async ([filters, hosts]) => {
  const { data } = await ask(graphql(), `{ volumeHealthList${filters} { proxyName volumeId } }`);

  const found = data.volumeHealthList.map((health: Record<string, string>) => [
    health['proxyName'],
    health['volumeId'],
  ]);
  expect(found.map((pair: string[]) => pair.join(':'))).toEqual(hosts);
});

test.for(['nobody:volume1', 'proxy1:nothing'])('volumeHealth of %s, which nobody reports, is null', async (host) => {
  expect(await ask(graphql(), `{ volumeHealth(host: "${host}") { status } }`)).toEqual({
    data: { volumeHealth: null },
  });
});

test('volumeHealth takes everything after the first colon as the name of the volume', async () => {
  const server = graphql({ snapshot: () => snapshotOf([], [volume('proxy1:a:b')]) });

  const { data } = await ask(server, '{ volumeHealth(host: "proxy1:a:b") { volumeId } }');

  expect(data.volumeHealth).toEqual({ volumeId: 'a:b' });
});

test.for(['', 'proxy1', 'proxy1:', ':volume1'])('volumeHealth refuses the malformed host "%s"', async (host) => {
  const answer = await ask(graphql(), 'query ($host: String!) { volumeHealth(host: $host) { status } }', { host });

  expect(answer.data).toEqual({ volumeHealth: null });
  expect(answer.errors).toMatchObject([
    {
      message: `host: expected a volume host such as "proxy1:volume1", found "${host}"`,
      extensions: { code: 'BAD_USER_INPUT' },
    },
  ]);
});

test('a volume shows its checks, its reason and the details of its storage', async () => {
  const checks = [
    {
      name: 'mount',
      status: 'warn',
      reason: 'NEARLY_FULL',
      info: '/mnt/a: 97 %',
      checked_at: CHECKED_AT,
      duration_ms: 1.5,
    },
  ] as const;
  const metadata = { nodes: [1, { down: null }] };
  const full = volume('p:v', { is_degraded: true, reason: 'NEARLY_FULL', checks: [...checks], metadata, attempt: 2 });
  const server = graphql({ snapshot: () => snapshotOf([], [full]) });

  const { data } = await ask(
    server,
    `{ volumeHealthList {
      isDegraded reason lastKnownStatus metadata attempt intervalMs
      checks { name status reason info checkedAt durationMs }
    } }`,
  );

  expect(data.volumeHealthList).toEqual([
    {
      isDegraded: true,
      reason: 'NEARLY_FULL',
      lastKnownStatus: 'HEALTHY',
      metadata,
      attempt: 2,
      intervalMs: null,
      checks: [
        {
          name: 'mount',
          status: 'WARN',
          reason: 'NEARLY_FULL',
          info: '/mnt/a: 97 %',
          checkedAt: CHECKED_AT,
          durationMs: 1.5,
        },
      ],
    },
  ]);
});

test('checkVolume has the volume checked and answers the verdict', async () => {
  const asked: VolumeHost[] = [];
  const server = graphql({
    async checkVolume(host) {
      asked.push(host);
      return volume('proxy1:volume2', { status: 'unavailable' });
    },
  });

  const { data } = await ask(server, 'mutation { checkVolume(host: "proxy1:volume2") { volumeId status } }');

  expect(data.checkVolume).toEqual({ volumeId: 'volume2', status: 'UNAVAILABLE' });
  expect(asked).toEqual([{ proxy: 'proxy1', volume: 'volume2' }]);
});

test('checkVolume of a volume that nobody reports is null', async () => {
  const answer = await ask(graphql(), 'mutation { checkVolume(host: "proxy1:nothing") { status } }');

  expect(answer).toEqual({ data: { checkVolume: null } });
});

test('checkVolume refuses a malformed host and asks nobody', async () => {
  const asked: VolumeHost[] = [];
  const server = graphql({
    async checkVolume(host) {
      asked.push(host);
      return null;
    },
  });

  const answer = await ask(server, 'mutation { checkVolume(host: "proxy1") { status } }');

  expect(codes(answer)).toEqual(['BAD_USER_INPUT']);
  expect(asked).toEqual([]);
});
