import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { text as readText } from 'node:stream/consumers';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Fake, type FakeOptions, startFake } from './fake-server.ts';
import { type Authority, createAuthority, selfSigned } from './tls-material.ts';
import { weka } from './weka.ts';

const NAMES = ['localhost', '127.0.0.1'];
const HOUR_MS = 3_600_000;
const OPEN: Fake[] = [];

let authority: Authority;
beforeAll(async () => {
  authority = await createAuthority();
});
afterEach(async () => {
  for (const fake of OPEN.splice(0)) await fake.close();
});

async function start(options: FakeOptions): Promise<Fake> {
  const fake = await startFake(weka, options);
  OPEN.push(fake);
  return fake;
}

/** The status of an answer, to who trusts this authority alone. */
async function ask(url: string, ca: string): Promise<number | undefined> {
  const sent = request(url, { ca, path: '/api/v2/healthcheck', agent: false }).end();
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  response.resume();
  return response.statusCode;
}

describe('the TLS material', () => {
  it('lets who trusts the authority in, by name and by address', async () => {
    const fake = await start({ tls: await authority.issue({ names: NAMES }) });

    expect(fake.url).toMatch(/^https:\/\/127\.0\.0\.1:/);
    expect(await ask(fake.url, authority.caPem)).toBe(200);
    expect(await ask(fake.url.replace('127.0.0.1', 'localhost'), authority.caPem)).toBe(200);
  });

  it('is refused by who trusts another authority', async () => {
    const fake = await start({ tls: await authority.issue({ names: NAMES }) });
    const { caPem } = await createAuthority();

    await expect(ask(fake.url, caPem)).rejects.toMatchObject({ code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' });
  });

  it.each([
    ['for another name', { names: ['other.example'] }, 'ERR_TLS_CERT_ALTNAME_INVALID'],
    ['once it has ended', { names: NAMES, notAfter: new Date(Date.now() - HOUR_MS / 2) }, 'CERT_HAS_EXPIRED'],
    ['before it begins', { names: NAMES, notBefore: new Date(Date.now() + HOUR_MS) }, 'CERT_NOT_YET_VALID'],
  ])('is refused %s', async (_case, wanted, code) => {
    const fake = await start({ tls: await authority.issue(wanted) });

    await expect(ask(fake.url, authority.caPem)).rejects.toMatchObject({ code });
  });

  it('is refused if it signed itself, except by who was given just that', async () => {
    const tls = await selfSigned(NAMES);
    const fake = await start({ tls });

    await expect(ask(fake.url, authority.caPem)).rejects.toMatchObject({ code: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
    expect(await ask(fake.url, tls.cert)).toBe(200);
  });

  it.each([
    ['reset', 'ECONNRESET'],
    ['half', 'ECONNRESET'],
    ['garbage', 'HPE_INVALID_CONSTANT'],
    ['refused', 'ECONNREFUSED'],
  ])('does not keep a fake from its faults: %s', async (state, code) => {
    const fake = await start({ tls: await authority.issue({ names: NAMES }), state });
    const sent = request(fake.url, { ca: authority.caPem, agent: false }).end();
    const read = once(sent, 'response').then(([response]) => readText(response as IncomingMessage));

    await expect(read).rejects.toMatchObject({ code });
  });
});
