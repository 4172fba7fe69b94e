import { z } from 'zod';
import { ObserverHealth } from './observer-health.ts';
import { StorageProxyHealth } from './storage-proxy-health.ts';
import { ObserverTransition, StorageProxyTransition, VolumeTransition } from './transition.ts';
import { VolumeHealth } from './volume-health.ts';

const id = z
  .string()
  .nullable()
  .describe('Give it back as `since` to go on after it; null within a snapshot that is not complete yet.');

export const VolumeHealthEventType = z.enum(['snapshot', 'change']).meta({
  id: 'VolumeHealthEventType',
  description:
    'snapshot = how things are: all events up to the one with none remaining replace what was known before; ' +
    'change = how they have become.',
});

export type VolumeHealthEventType = z.infer<typeof VolumeHealthEventType>;

/** What a subscriber hears of a volume. */
export const VolumeHealthEvent = z
  .object({
    id,
    type: VolumeHealthEventType,
    remaining: z.int32().nullable().describe('How many events of this snapshot are still to come; null in a change.'),
    host: z.string().describe('The volume host, `proxy:volume`; empty where there is no volume at all.'),
    previous: VolumeHealth.nullable().describe('How it was; null in a snapshot, and where it was not known.'),
    current: VolumeHealth.nullable().describe(
      'How it is; null where it is not known, or its proxy no longer reports it.',
    ),
    transition: VolumeTransition.nullable().describe(
      'What moved, as an event to keep; null in a snapshot, and where status, degraded, reason and certainty did not move.',
    ),
  })
  .meta({ id: 'VolumeHealthEvent', description: 'The effective state of a volume, or a change of it.' });
export type VolumeHealthEvent = z.infer<typeof VolumeHealthEvent>;

/** One message of the manager's `watch` stream, for TypeScript services. */
export const ManagerEvent = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('snapshot'),
    id,
    proxies: z
      .array(StorageProxyHealth)
      .describe('Every proxy in the first message of a snapshot, none in the others.'),
    volumes: z.array(VolumeHealth),
    remaining: z.int().describe('How many volumes are still to come, in messages of this type.'),
  }),
  z.object({
    type: z.literal('volume'),
    id: z.string(),
    host: z.string(),
    previous: VolumeHealth.nullable(),
    current: VolumeHealth.nullable().describe('Null where its proxy no longer reports it.'),
    transition: VolumeTransition.nullable(),
  }),
  z.object({
    type: z.literal('proxy'),
    id: z.string(),
    proxy_name: z.string(),
    previous: StorageProxyHealth.nullable().describe('Null where it has just been configured.'),
    current: StorageProxyHealth.nullable().describe('Null where it is no longer configured.'),
    transition: StorageProxyTransition.nullable(),
  }),
  z.object({
    type: z.literal('observer'),
    id: z.string(),
    previous: ObserverHealth,
    current: ObserverHealth,
    transition: ObserverTransition.nullable(),
  }),
]);
export type ManagerEvent = z.infer<typeof ManagerEvent>;
