import type { ManagerEvent } from '../../schema/manager-event.ts';
import { StorageProxyHealth } from '../../schema/storage-proxy-health.ts';
import { StorageProxyTransition } from '../../schema/transition.ts';
import { affectedByProxy } from '../affected-vfolders.ts';
import { NO_LONGER_CONFIGURED } from '../transition-events.ts';
import { AS_COUNTED } from './as-counted.ts';
import { builder, zod } from './builder.ts';
import { historyArgs, historyLength } from './history.ts';
import { untilReturned } from './until-returned.ts';
import { VolumeHealthType } from './volume-health.ts';

const StorageProxyTransitionType = zod.objectType(StorageProxyTransition);

export const StorageProxyHealthType = zod.objectType(StorageProxyHealth, (t) => ({
  volumes: t.field({
    type: [VolumeHealthType],
    description: 'Health of the known volumes of this proxy.',
    resolve: ({ proxy_name }, _args, { snapshot }) => snapshot().volumesOf(proxy_name),
  }),
  affectedVfolders: t.int({
    nullable: true,
    description: `How many virtual folders its volumes store, also those that it has not reported: ${AS_COUNTED}`,
    resolve: ({ proxy_name }, _args, { vfolders }) => affectedByProxy(vfolders.affected(), proxy_name),
  }),
  history: t.field({
    type: [StorageProxyTransitionType],
    description: 'Its latest transitions, the oldest first.',
    args: historyArgs,
    resolve: ({ proxy_name }, { last }, { proxyHistory }) => proxyHistory(proxy_name, historyLength(last)),
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

builder.subscriptionField('storageProxyHealthChanged', (t) =>
  t.field({
    type: StorageProxyHealthType,
    description:
      'Every storage proxy as it is, then each that changes, as it has become; that it was polled again is no change. ' +
      'Its `volumes` are as they are then: `volumeHealthChanged` tells of their changes. Opened again after a cut, it ' +
      'begins with every proxy again. One that is no longer configured is told of once more, as unhealthy.',
    subscribe: (_root, _args, { watch }) =>
      untilReturned((signal) => proxiesIn(watch({ host: null, lastEventId: null, signal }))),
    resolve: (told) => told.current ?? unconfigured(told.previous!),
  }),
);

type ProxyChange = Extract<ManagerEvent, { type: 'proxy' }>;

/** A change of a proxy, or one of a snapshot, which is for one subscriber alone. */
type ToldProxy = Pick<ProxyChange, 'previous' | 'current'> & { readonly type: 'snapshot' | 'proxy' };

/** The last that is told of it. */
function unconfigured(previous: StorageProxyHealth): StorageProxyHealth {
  return { ...previous, status: 'unhealthy', is_healthy: false, error_message: NO_LONGER_CONFIGURED };
}

async function* proxiesIn(events: AsyncIterable<ManagerEvent>): AsyncGenerator<ToldProxy, void, undefined> {
  for await (const event of events) {
    if (event.type === 'proxy') yield event;
    else if (event.type === 'snapshot')
      for (const current of event.proxies) yield { type: 'snapshot', previous: null, current };
  }
}
