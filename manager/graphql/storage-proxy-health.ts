import { StorageProxyHealth } from '../../schema/storage-proxy-health.ts';
import { builder, zod } from './builder.ts';
import { VolumeHealthType } from './volume-health.ts';

export const StorageProxyHealthType = zod.objectType(StorageProxyHealth, (t) => ({
  volumes: t.field({
    type: [VolumeHealthType],
    description: 'Health of the known volumes of this proxy.',
    resolve: ({ proxy_name }, _args, { snapshot }) => snapshot().volumesOf(proxy_name),
  }),
}));

builder.queryFields((t) => ({
  storageProxyHealthList: t.field({
    type: [StorageProxyHealthType],
    description: 'Health of every configured storage proxy.',
    resolve: (_root, _args, { snapshot }) => snapshot().proxies,
  }),
  storageHealthList: t.field({
    type: [StorageProxyHealthType],
    description: 'The same list, asked for its `volumes`.',
    resolve: (_root, _args, { snapshot }) => snapshot().proxies,
  }),
}));
