import { z } from 'zod';

/** A volume's verdict, made by its proxy. */
export const VolumeStatus = z.enum(['healthy', 'offline', 'unavailable']).meta({
  id: 'VolumeStatus',
  description:
    'A verdict on a volume: healthy = usable; offline = there is evidence that it is not accessible; ' +
    'unavailable = whether it is accessible cannot be told.',
});
export type VolumeStatus = z.infer<typeof VolumeStatus>;

/** A volume's status as the manager can vouch for it now. */
export const EffectiveStatus = z.enum([...VolumeStatus.options, 'unknown']).meta({
  id: 'VolumeHealthStatus',
  description:
    'The status of a volume as the manager can vouch for it now: healthy, offline or unavailable as its proxy says; ' +
    'unknown = nothing current is known, for example because its proxy does not answer.',
});
export type EffectiveStatus = z.infer<typeof EffectiveStatus>;

/** Whether a storage proxy itself answers; says nothing about its volumes. */
export const ProxyStatus = z.enum(['healthy', 'unhealthy']).meta({
  id: 'StorageProxyHealthStatus',
  description: 'Whether a storage proxy answers; says nothing about the storage behind it.',
});
export type ProxyStatus = z.infer<typeof ProxyStatus>;

export const CheckStatus = z.enum(['pass', 'warn', 'fail', 'unknown']).meta({
  id: 'CheckStatus',
  description: 'The answer of one check: pass, warn (usable but impaired), fail, or unknown (it could not be told).',
});
export type CheckStatus = z.infer<typeof CheckStatus>;

export const StateType = z.enum(['soft', 'hard']).meta({
  id: 'StateType',
  description: 'soft = seen, not yet confirmed by repeated checks; hard = confirmed.',
});
export type StateType = z.infer<typeof StateType>;
