import { z } from 'zod';
import { Instant } from './json.ts';
import { ProxyStatus, StateType } from './status.ts';

/** By what a proxy tells of its volumes. */
export const ProxyProtocol = z.enum(['trpc', 'rest']).meta({
  id: 'StorageProxyProtocol',
  description:
    'By what a storage proxy tells of its volumes: trpc = a proxy of volhealth, which tells by itself; ' +
    'rest = a proxy of Backend.AI, which is asked for each volume. More may come.',
});
export type ProxyProtocol = z.infer<typeof ProxyProtocol>;

/** A storage proxy as the manager sees it. Never asked: `unhealthy`, `last_checked_at` null, "not checked yet". */
export const StorageProxyHealth = z
  .object({
    proxy_name: z.string().describe("The proxy's name in the manager's configuration."),
    status: ProxyStatus.describe('Whether the proxy answers.'),
    is_healthy: z.boolean().describe('True for `healthy` only.'),
    last_checked_at: Instant.nullable().describe('When the proxy was last asked; null before the first answer.'),
    error_message: z.string().nullable().describe('Why it is unhealthy, in words; null while it is healthy.'),
    since: Instant.nullable().describe('Since when the status has been what it is.'),
    state_type: StateType.describe('Whether the status has been confirmed.'),
    attempt: z.int32().describe('How many polls in a row have said so, up to the number that confirms it.'),
    version: z.string().nullable().describe('Version of the proxy, as it last said.'),
    protocol: ProxyProtocol.nullable().describe('By what it tells of its volumes; null while it was never reached.'),
    warnings: z
      .array(z.string())
      .describe('What an administrator should know of it though it is healthy; empty where there is nothing.'),
  })
  .meta({ id: 'StorageProxyHealth', description: 'Health of one storage proxy; says nothing about its storage.' });
export type StorageProxyHealth = z.infer<typeof StorageProxyHealth>;
