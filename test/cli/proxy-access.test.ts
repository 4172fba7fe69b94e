import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openProxyAccess, type ProxyAccesses } from '../../cli/proxy-access.ts';
import { ProxyEntry } from '../../schema/manager-config.ts';
import { createServers } from '../client/servers.ts';
import { createAuthority } from '../fakes/tls-material.ts';
import { createTlsFiles } from './tls-files.ts';

let directory: string;
let accesses: ProxyAccesses | null = null;
const servers = createServers();
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'volhealth-access-'));
});
afterEach(async () => {
  accesses?.stop();
  rmSync(directory, { recursive: true });
  await servers.close();
});

const entry = (url: string, more: Partial<ProxyEntry> = {}) =>
  ProxyEntry.parse({ manager_api: url, secret: 's', ...more });
const open = async (proxies: Record<string, ProxyEntry>) => (accesses = await openProxyAccess(proxies, () => {}));
const NOBODY = entry('http://127.0.0.1:9');

describe('the access to proxies', () => {
  it('stays the same for those who stay the same', async () => {
    const { accessOf, update } = await open({ stays: NOBODY, changes: NOBODY, goes: NOBODY });
    const [stays, changes] = [accessOf('stays'), accessOf('changes')];
    await update({ stays: { ...NOBODY }, changes: { ...NOBODY, secret: 'other' }, comes: NOBODY });
    expect(accessOf('stays')).toBe(stays);
    expect(accessOf('changes')).not.toBe(changes);
    expect(accessOf('comes')).toBeDefined();
    expect(() => accessOf('goes')).toThrow('no proxy "goes" is configured');
  });

  it('stays as it was where a certificate of new ones cannot be used', async () => {
    const { accessOf, update } = await open({ p: NOBODY });
    const before = accessOf('p');
    const file = join(directory, 'none.pem');
    await expect(update({ p: entry('https://127.0.0.1:9', { ca: file }) })).rejects.toThrow(
      `proxies.p.ca: there is no file ${file}; make it, or name another`,
    );
    expect(accessOf('p')).toBe(before);
  });

  it('is left out, or stays as it was, where only that one is to suffer from its certificate', async () => {
    const { accessOf, update } = await open({ former: NOBODY });
    const before = accessOf('former');
    const ca = join(directory, 'none.pem');
    const bad = entry('https://127.0.0.1:9', { ca });
    const refused: unknown[] = [];
    const spoken = await update({ former: bad, new: bad, good: NOBODY }, (proxy) => refused.push(proxy));
    expect(spoken).toEqual({ former: NOBODY, good: NOBODY });
    expect(accessOf('former')).toBe(before);
    expect(accessOf('good')).toBeDefined();
    expect(() => accessOf('new')).toThrow('no proxy "new" is configured');
    const why = `there is no file ${ca}; make it, or name another`;
    expect(refused).toEqual([
      { sentence: `proxies.former.ca: ${why}; the proxy goes on as it was`, files: [ca] },
      { sentence: `proxies.new.ca: ${why}; the proxy is left out`, files: [ca] },
    ]);
  });

  it('lets what is under way come to its end when it is not wanted any more', async () => {
    const authority = await createAuthority();
    const ca = createTlsFiles(directory).file('ca.pem', authority.caPem);
    const asked = Promise.withResolvers<() => void>();
    const server = createServer(await authority.issue({ names: ['127.0.0.1'] }), (_, response) => {
      asked.resolve(() => void response.setHeader('content-type', 'application/json').end('{"late":true}'));
    });
    const url = (await servers.listening(server)).replace('http:', 'https:');
    const { accessOf, update } = await open({ p: entry(url, { ca }) });
    const polled = accessOf('p').poll({ known: null, signal: AbortSignal.timeout(10_000) });
    const answer = await asked.promise;
    await update({});
    answer();
    expect(await polled).toEqual({ late: true });
  });
});
