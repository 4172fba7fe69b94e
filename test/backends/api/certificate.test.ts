import { describe, expect, it, vi } from 'vitest';
import { daysExpired } from '../../../backends/api/certificate.ts';
import { createAuthority } from '../../fakes/tls-material.ts';
import { NOBODY, serve, serveBytes } from './servers.ts';

const DAY_MS = 86_400_000;
const never = new AbortController().signal;
const inDays = (days: number) => new Date(Date.now() + days * DAY_MS);

describe('the age of a certificate that has expired', () => {
  it.each([
    [-40.5, '127.0.0.1', 40],
    [-1.5, '::1', 1],
    [-0.5, '127.0.0.1', 0],
    [0.5, '127.0.0.1', null],
  ])('of %s days, at %s, is %s', async (days, host, told) => {
    const authority = await createAuthority();
    const tls = await authority.issue({ names: [host], notBefore: inDays(-50), notAfter: inDays(days) });
    const { url, connections } = await serve((_request, response) => response.end(), { host, tls });
    expect(await daysExpired(url, never)).toBe(told);
    await vi.waitFor(() => expect(connections()).toBe(0));
  });

  it.each([
    ['nobody listens', async () => NOBODY.replace('http:', 'https:')],
    ['there is no TLS', async () => `https://${(await serveBytes('no')).authority}`],
  ])('is not known where %s', async (_, endpoint) => {
    expect(await daysExpired(await endpoint(), never)).toBeNull();
  });

  it('is not waited for by a caller who gives up', async () => {
    const caller = new AbortController();
    const silent = await serveBytes(null);
    const days = daysExpired(`https://${silent.authority}`, caller.signal);
    await vi.waitFor(() => expect(silent.connections()).toBe(1));
    caller.abort();
    expect(await days).toBeNull();
    await vi.waitFor(() => expect(silent.connections()).toBe(0));
  });
});
