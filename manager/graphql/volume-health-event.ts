import { type ManagerEvent, VolumeHealthEvent } from '../../schema/manager-event.ts';
import { formatVolumeHost } from '../../schema/volume-host.ts';
import { builder, zod } from './builder.ts';
import { untilReturned } from './until-returned.ts';
import { volumeHost } from './volume-health.ts';

type SnapshotMessage = Extract<ManagerEvent, { type: 'snapshot' }>;
type VolumeChange = Extract<ManagerEvent, { type: 'volume' }>;

builder.subscriptionField('volumeHealthChanged', (t) =>
  t.field({
    type: zod.objectType(VolumeHealthEvent),
    description:
      'Every volume as it is, in events of type SNAPSHOT, then each change. A run of SNAPSHOT events replaces all that ' +
      'the client knew once it has ended, with `remaining: 0`; one that was cut before counts for nothing. A snapshot ' +
      'may come at any time, where the client was too slow for changes. After a cut, give the latest `id` that was not ' +
      'null as `since`, and only what was missed comes: of each volume the latest change. What each check measures anew ' +
      '(times, `metadata`, the details of `checks`) is no change: query it.',
    args: {
      host: t.arg.string({ description: 'Only this volume host, `proxy:volume`.' }),
      since: t.arg.string({
        description:
          'The `id` to go on after, of a stream with the same `host`; one that is too old, or not of this run of the ' +
          'manager, begins with a snapshot.',
      }),
    },
    subscribe(_root, { host = null, since = null }, { watch }) {
      const watching = { host: host === null ? null : volumeHost(host), lastEventId: since };
      return untilReturned((signal) => volumeEvents(watch({ ...watching, signal }), host ?? ''));
    },
    resolve: (event) => (event.type === 'volume' ? { ...event, type: 'change' as const, remaining: null } : event),
  }),
);

/** The events of volumes among those of a manager; `asked` stands for the volume where there is none. */
async function* volumeEvents(
  events: AsyncIterable<ManagerEvent>,
  asked: string,
): AsyncGenerator<VolumeChange | VolumeHealthEvent, void, undefined> {
  for await (const event of events) {
    if (event.type === 'snapshot') yield* snapshotEvents(event, asked);
    else if (event.type === 'volume') yield event;
  }
}

function* snapshotEvents({ id, volumes, remaining }: SnapshotMessage, asked: string): Generator<VolumeHealthEvent> {
  const nothing = { type: 'snapshot', previous: null, transition: null } as const;
  if (volumes.length === 0) yield { ...nothing, id, remaining, host: asked, current: null };
  for (const [index, current] of volumes.entries()) {
    const left = remaining + volumes.length - index - 1;
    const host = formatVolumeHost({ proxy: current.proxy_name, volume: current.volume_id });
    yield { ...nothing, id: left === 0 ? id : null, remaining: left, host, current };
  }
}
