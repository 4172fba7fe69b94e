import { expect, test } from 'vitest';
import { ask, graphql } from './fixture.ts';

test('storageHealthList is the list of proxies, each with its volumes', async () => {
  const { data } = await ask(graphql(), '{ storageHealthList { proxyName status volumes { volumeId status } } }');

  expect(data.storageHealthList).toEqual([
    {
      proxyName: 'proxy1',
      status: 'HEALTHY',
      volumes: [
        { volumeId: 'volume1', status: 'HEALTHY' },
        { volumeId: 'volume2', status: 'OFFLINE' },
      ],
    },
    { proxyName: 'proxy2', status: 'UNHEALTHY', volumes: [{ volumeId: 'volume1', status: 'UNKNOWN' }] },
  ]);
});

test('storageHealthList and storageProxyHealthList are the same list', async () => {
  const fields = '{ proxyName status since stateType attempt version volumes { volumeId } }';
  const { data } = await ask(graphql(), `{ storageHealthList ${fields} storageProxyHealthList ${fields} }`);

  expect(data.storageHealthList).toEqual(data.storageProxyHealthList);
});
