import { expect, test } from 'vitest';
import { CHECKED_AT, FOLDER_ID, ask, globalId, graphql } from './fixture.ts';

// The queries are the design document's own, word for word; its `id: "..."` is filled in.

test("the document's storageProxyHealthList tells a proxy that answers from one that does not", async () => {
  const query = `
# Get all storage proxy health status
query {
    storageProxyHealthList {
        proxyName
        status          # HEALTHY | UNHEALTHY
        isHealthy
        lastCheckedAt
        errorMessage
    }
}`;

  expect(await ask(graphql(), query)).toEqual({
    data: {
      storageProxyHealthList: [
        { proxyName: 'proxy1', status: 'HEALTHY', isHealthy: true, lastCheckedAt: CHECKED_AT, errorMessage: null },
        {
          proxyName: 'proxy2',
          status: 'UNHEALTHY',
          isHealthy: false,
          lastCheckedAt: CHECKED_AT,
          errorMessage: 'connection refused',
        },
      ],
    },
  });
});

test("the document's volumeHealthList has every volume, and UNKNOWN behind a dead proxy", async () => {
  const query = `
# Get all volume backend health status
query {
    volumeHealthList {
        proxyName
        volumeId
        backendType     # "gpfs", "cephfs", "vfs", etc.
        status          # HEALTHY | OFFLINE | UNAVAILABLE | UNKNOWN
        statusInfo
        isHealthy
        lastCheckedAt
    }
}`;

  expect(await ask(graphql(), query)).toEqual({
    data: {
      volumeHealthList: [
        {
          proxyName: 'proxy1',
          volumeId: 'volume1',
          backendType: 'gpfs',
          status: 'HEALTHY',
          statusInfo: 'GPFS cluster healthy, 8/8 nodes online',
          isHealthy: true,
          lastCheckedAt: CHECKED_AT,
        },
        {
          proxyName: 'proxy1',
          volumeId: 'volume2',
          backendType: 'cephfs',
          status: 'OFFLINE',
          statusInfo: 'Ceph cluster unreachable',
          isHealthy: false,
          lastCheckedAt: CHECKED_AT,
        },
        {
          proxyName: 'proxy2',
          volumeId: 'volume1',
          backendType: 'gpfs',
          status: 'UNKNOWN',
          statusInfo: null,
          isHealthy: false,
          lastCheckedAt: null,
        },
      ],
    },
  });
});

test("the document's volumeHealth finds one volume by its host", async () => {
  const query = `
# Get specific volume health
query {
    volumeHealth(host: "proxy1:volume1") {
        proxyName
        volumeId
        backendType
        status
        statusInfo
        isHealthy
        lastCheckedAt
    }
}`;

  expect(await ask(graphql(), query)).toEqual({
    data: {
      volumeHealth: {
        proxyName: 'proxy1',
        volumeId: 'volume1',
        backendType: 'gpfs',
        status: 'HEALTHY',
        statusInfo: 'GPFS cluster healthy, 8/8 nodes online',
        isHealthy: true,
        lastCheckedAt: CHECKED_AT,
      },
    },
  });
});

test.for([
  ['a Relay global id', globalId(`VirtualFolderNode:${FOLDER_ID}`)],
  ['a plain UUID', FOLDER_ID],
])("the document's vfolderNode finds a folder and its storage by %s", async ([, id]) => {
  const query = `
# Check vfolder's storage health
query {
    vfolderNode(id: "${id}") {
        name
        host
        storageHealth {
            backendType
            status
            statusInfo
            isHealthy
        }
    }
}`;

  expect(await ask(graphql(), query)).toEqual({
    data: {
      vfolderNode: {
        name: 'data',
        host: 'proxy1:volume1',
        storageHealth: {
          backendType: 'gpfs',
          status: 'HEALTHY',
          statusInfo: 'GPFS cluster healthy, 8/8 nodes online',
          isHealthy: true,
        },
      },
    },
  });
});
