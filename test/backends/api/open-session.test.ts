import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { tokenAuthorization } from '../../../backends/api/fixed-authorization.ts';
import { type Access, openSession } from '../../../backends/api/open-session.ts';
import { createMovableClock } from '../../movable-clock.ts';
import { volumeAt } from '../volumes.ts';
import { blackhole, NOBODY, serve } from './servers.ts';

const ACCESS: Access = {
  system: 'ACME',
  endpoints: [NOBODY],
  verifyTls: true,
  ca: undefined,
  credentials: ['user', { env: 'PASSWORD' }],
  authorize: () => tokenAuthorization('Bearer', 'token', createMovableClock()),
};

describe('the session of a volume', () => {
  const volume = volumeAt({ path: '/away' });
  const session = openSession(volume, ACCESS);

  it('is shared by volumes that ask in the same way', () => {
    expect(openSession(volumeAt({ ...volume, name: 'volume2' }), { ...ACCESS })).toBe(session);
  });

  it.each<Partial<Access>>([
    { system: 'ACNE' },
    { endpoints: [NOBODY, NOBODY] },
    { verifyTls: false },
    { ca: '/ca.pem' },
    { credentials: ['user', { env: 'OTHER' }] },
    { credentials: ['another', { env: 'PASSWORD' }] },
  ])('is not shared by volumes that differ in how they ask: %j', (difference) => {
    expect(openSession(volume, { ...ACCESS, ...difference })).not.toBe(session);
  });

  it('is not shared beyond the proxy', () => {
    expect(openSession(volumeAt({ path: '/away' }), ACCESS)).not.toBe(session);
  });

  it('gives every endpoint its turn within a check', async () => {
    const { url } = await serve((_request, response) => response.end('{}'));
    const endpoints = [await blackhole(), url];
    const opened = openSession(volumeAt({ path: '/away', timeoutMs: 600 }), { ...ACCESS, endpoints });
    expect(await opened.get('/', z.unknown(), AbortSignal.timeout(600))).toEqual({});
  });
});
