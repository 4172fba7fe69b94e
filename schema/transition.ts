import { z } from 'zod';
import { Instant } from './json.ts';
import { ObserverStatus } from './observer-health.ts';
import { Reason } from './reason.ts';
import { EffectiveStatus, ProxyStatus, StateType, VolumeStatus } from './status.ts';

/** Attributes of CloudEvents 1.0 (https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md). */
const Envelope = {
  specversion: z.string().describe('Of CloudEvents: "1.0".'),
  id: z.string().describe('Unique among the events of its source, and in the order in which they happened.'),
  source: z.string().describe('The manager that saw it: `/volhealth/` and its epoch, which changes at each start.'),
  type: z.string().describe('Kind of event, with the version of its data.'),
  subject: z.string().describe('What it is about: a proxy, or a volume host.'),
  time: Instant.describe('When the manager saw it.'),
  datacontenttype: z.string().describe('Of `data`: "application/json".'),
};

const proxy_name = z.string().describe("The proxy's name in the manager's configuration.");

const Certainty = {
  reason: Reason.describe('Why, as a stable code.'),
  state_type: StateType.describe('Whether it has been confirmed.'),
  attempt: z.int32().describe('How many checks in a row had said so.'),
  max_attempts: z.int32().describe('How many confirm it.'),
  first_check: z.boolean().describe('Nothing had been known of it before.'),
  since: Instant.nullable().describe('Since when the current status holds.'),
};

export const VolumeTransition = z
  .object({
    ...Envelope,
    data: z
      .object({
        proxy_name,
        volume_id: z.string().describe("The volume's name at its proxy."),
        backend_type: z.string().describe('Kind of storage system; `unknown` if never reported.'),
        previous: EffectiveStatus.nullable().describe('The status before; null if it was first seen.'),
        current: EffectiveStatus.describe('The status from then on.'),
        last_known_status: VolumeStatus.nullable().describe('The latest verdict of the proxy.'),
        is_degraded: z.boolean().describe('Usable, but an administrator should look.'),
        status_info: z.string().nullable().describe('The sentence that was shown.'),
        ...Certainty,
        caused_by: z
          .string()
          .nullable()
          .describe(
            'Id of the event that explains it: the outage of the proxy, its return, or a pause of the manager.',
          ),
      })
      .meta({ id: 'VolumeTransitionData', description: 'How the effective state of a volume moved.' }),
  })
  .meta({
    id: 'VolumeTransition',
    description: 'A CloudEvent: status, degraded, reason or certainty of a volume moved.',
  });
export type VolumeTransition = z.infer<typeof VolumeTransition>;

export const StorageProxyTransition = z
  .object({
    ...Envelope,
    data: z
      .object({
        proxy_name,
        previous: ProxyStatus.nullable().describe('The status before; null if it was never asked before.'),
        current: ProxyStatus.describe('The status from then on.'),
        error_message: z.string().nullable().describe('Why it is unhealthy; null where it is healthy.'),
        volumes: z.int32().describe('How many of its volumes the manager knows.'),
        ...Certainty,
      })
      .meta({ id: 'StorageProxyTransitionData', description: 'How the state of a storage proxy moved.' }),
  })
  .meta({ id: 'StorageProxyTransition', description: 'A CloudEvent: status or certainty of a storage proxy moved.' });
export type StorageProxyTransition = z.infer<typeof StorageProxyTransition>;

export const ObserverTransition = z
  .object({
    ...Envelope,
    data: z
      .object({
        previous: ObserverStatus,
        current: ObserverStatus,
        message: z.string().nullable().describe('What makes the manager think so; null where it is ok.'),
      })
      .meta({ id: 'ObserverTransitionData', description: 'How the manager itself moved, as an observer.' }),
  })
  .meta({ id: 'ObserverTransition', description: 'A CloudEvent: the manager can judge no longer, or again.' });
export type ObserverTransition = z.infer<typeof ObserverTransition>;
