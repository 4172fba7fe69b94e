import { checkTimeoutMs, type VolumeToOpen } from '../backend.ts';
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
  /** How many calls may be out at once. */
  readonly maxCalls?: number;
  readonly authorize: (http: HttpClient) => Authorization;
}

const MAX_TIMEOUT_MS = 15_000;

/**
 * The session of a volume's storage system: one for all volumes that ask it in the same way. The first of them says
 * how long a connection may take to be made: so long that every endpoint has its turn within a check.
 */
export function openSession(
  volume: Pick<VolumeToOpen<unknown>, 'share' | 'timeoutMs' | 'intervalMs'>,
  { authorize, credentials, maxCalls = 4, ...access }: Access,
): ApiSession {
  return volume.share(JSON.stringify([access, credentials]), () => {
    const { system, endpoints } = access;
    const connectMs = Math.min(5_000, checkTimeoutMs(volume, MAX_TIMEOUT_MS) / (endpoints.length + 1));
    const http = createHttpClient({ ...access, connectMs, maxCalls });
    return createApiSession({ system, http, authorization: authorize(http) });
  });
}
