import { expect, test } from 'vitest';
import { createConfiguredVfolders } from '../../../manager/vfolders.ts';
import { ask, graphql } from './fixture.ts';

const QUERY = `{
  volumeHealthList { proxyName volumeId affectedVfolders }
  storageProxyHealthList { proxyName affectedVfolders }
}`;

const counted = (counts: ReadonlyMap<string, number> | null) =>
  graphql({ vfolders: { ...createConfiguredVfolders([]), affected: () => counts } });

const figures = ({ data }: Awaited<ReturnType<typeof ask>>) =>
  [...data.volumeHealthList, ...data.storageProxyHealthList].map(({ affectedVfolders }) => affectedVfolders);

test('volumes and proxies say how many folders they store; a proxy counts those of volumes that nobody knows', async () => {
  const counts = {
    'proxy1:volume1': 600_000,
    'proxy1:volume2': 5,
    'proxy1:a:b': 2,
    'proxy3:volume1': 7,
    '': 9,
    odd: 1,
  };

  const answer = await ask(counted(new Map(Object.entries(counts))), QUERY);

  expect(figures(answer)).toEqual([600_000, 5, 0, 600_007, 0]);
});

test('nobody says so before the first count, or where nobody counts', async () => {
  expect(figures(await ask(counted(null), QUERY))).toEqual([null, null, null, null, null]);
});

test('an answer has the figures of one count, whatever is counted while it is made', async () => {
  let count = 0;
  const configured = createConfiguredVfolders([]);
  const server = graphql({ vfolders: { ...configured, affected: () => new Map([['proxy1:volume1', (count += 1)]]) } });
  const query = `{ a: volumeHealth(host: "proxy1:volume1") { affectedVfolders }
    vfolderNodes { edges { cursor } }
    b: volumeHealth(host: "proxy1:volume1") { affectedVfolders } }`;

  const { data } = await ask(server, query);

  expect(data.a).toEqual(data.b);
});
