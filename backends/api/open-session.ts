import { apiTimeoutMs, type VolumeToOpen } from '../backend.ts';
import { type ApiSession, createApiSession } from './api-session.ts';
import type { Authorization } from './authorization.ts';
import { createHttpClient, type HttpClient } from './http-client.ts';

export interface Access {
  /** Whose API it is, as people call it. */
  readonly system: string;
  readonly endpoints: readonly string[];
  readonly verifyTls: boolean;
  readonly ca: string | undefined;
  /** Who asks: volumes that differ in this do not share a session. */
  readonly credentials: unknown;
  /** How many calls may be out at once; the others wait. */
  readonly maxCalls?: number;
  /** `stopping` is aborted when no volume needs the session any more. */
  readonly authorize: (http: HttpClient, stopping: AbortSignal) => Authorization;
}

const MAX_CONNECT_MS = 5_000;
/** For what nobody waits for any more. */
const HEARD_OUT_MS = 30_000;

/**
 * The session of a volume's storage system: one for all volumes that ask it in the same way. The first of them says
 * how long a connection may take to be made: so long that every endpoint has its turn within a check.
 */
export function openSession(
  volume: Pick<VolumeToOpen<unknown>, 'share' | 'timeoutMs' | 'intervalMs'>,
  { authorize, credentials, maxCalls = 4, ...access }: Access,
): ApiSession {
  return volume.share(JSON.stringify([access, credentials]), (stopping) => {
    const { system, endpoints } = access;
    const timeoutMs = apiTimeoutMs(volume);
    const connectMs = Math.min(MAX_CONNECT_MS, timeoutMs / (endpoints.length + 1));
    // Where one call is out at a time, one that hangs must leave time for others.
    const callMs = maxCalls === 1 ? timeoutMs / 2 : Math.max(HEARD_OUT_MS, timeoutMs);
    const http = createHttpClient({ ...access, connectMs, callMs, stopping });
    return createApiSession({ system, http, authorization: authorize(http, stopping), maxCalls, stopping });
  });
}
