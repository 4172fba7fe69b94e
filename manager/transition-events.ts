import { CONFIRMING_ATTEMPTS } from '../probe/target-state.ts';
import type { ObserverHealth } from '../schema/observer-health.ts';
import type { ObserverTransition, StorageProxyTransition, VolumeTransition } from '../schema/transition.ts';
import type { StorageProxyHealth } from '../schema/storage-proxy-health.ts';
import { formatVolumeHost } from '../schema/volume-host.ts';
import type { VolumeChange } from './changes.ts';

export const NO_LONGER_CONFIGURED = 'no longer configured';

/** What an event has beside what moved. */
export interface Occasion {
  readonly id: string;
  readonly source: string;
  /** ISO 8601. */
  readonly time: string;
}

export function volumeTransition(
  { previous, current }: NonNullable<VolumeChange['transition']>,
  occasion: Occasion,
  causedBy: string | null,
): VolumeTransition {
  const { proxy_name, volume_id, backend_type, status, last_known_status, is_degraded, status_info } = current;
  const { reason, state_type = 'soft', attempt = 0, since } = current;
  return {
    ...envelope(occasion, 'volhealth.volume.transition.v1'),
    subject: formatVolumeHost({ proxy: proxy_name, volume: volume_id }),
    data: {
      proxy_name,
      volume_id,
      backend_type,
      previous: previous?.status ?? null,
      current: status,
      last_known_status,
      is_degraded,
      status_info,
      reason,
      state_type,
      attempt,
      max_attempts: CONFIRMING_ATTEMPTS,
      first_check: previous === null,
      since,
      caused_by: causedBy,
    },
  };
}

export function proxyTransition(
  { previous, current }: { previous: StorageProxyHealth; current: StorageProxyHealth | null },
  occasion: Occasion,
  volumes: number,
): StorageProxyTransition {
  const { proxy_name } = previous;
  return {
    ...envelope(occasion, 'volhealth.proxy.transition.v1'),
    subject: proxy_name,
    data: {
      proxy_name,
      previous: previous.last_checked_at === null ? null : previous.status,
      ...(current === null ? unconfigured(occasion) : becoming(current)),
      volumes,
      max_attempts: CONFIRMING_ATTEMPTS,
      first_check: previous.last_checked_at === null,
    },
  };
}

function becoming(current: StorageProxyHealth) {
  const { status, error_message, state_type, attempt, since } = current;
  const reason = current.is_healthy ? 'OK' : 'PROXY_UNREACHABLE';
  return { current: status, error_message, reason, state_type, attempt, since } as const;
}

/** It is asked no more, which is certain. */
function unconfigured({ time }: Occasion) {
  return {
    current: 'unhealthy',
    error_message: NO_LONGER_CONFIGURED,
    reason: 'PROXY_NOT_CONFIGURED',
    state_type: 'hard',
    attempt: CONFIRMING_ATTEMPTS,
    since: time,
  } as const;
}

export function observerTransition(
  previous: ObserverHealth,
  { status, message }: ObserverHealth,
  occasion: Occasion,
): ObserverTransition {
  return {
    ...envelope(occasion, 'volhealth.observer.transition.v1'),
    subject: 'manager',
    data: { previous: previous.status, current: status, message },
  };
}

function envelope({ id, source, time }: Occasion, type: string) {
  return { specversion: '1.0', id, source, type, time, datacontenttype: 'application/json' };
}
