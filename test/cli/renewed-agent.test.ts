import { X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TLSSocket } from 'node:tls';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openRenewedAgent, type RenewedAgent } from '../../cli/renewed-agent.ts';
import { fetchThrough } from '../../cli/tls-agent.ts';
import { createServers } from '../client/servers.ts';
import { type Authority, createAuthority } from '../fakes/tls-material.ts';
import { createTlsFiles, type TlsFiles } from './tls-files.ts';

const LATER = new Date(Date.now() + 90 * 86_400_000);

const servers = createServers();
let directory: string;
let files: TlsFiles;
let authority: Authority;
let agent: RenewedAgent;
let url: string;
let lines: string[];
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'volhealth-agent-'));
  files = createTlsFiles(directory);
  authority = await createAuthority();
  lines = [];
  const identity = await authority.issue({ names: ['127.0.0.1'] });
  const server = createServer({ ...identity, ca: authority.caPem, requestCert: true }, ({ socket }, response) => {
    response.end(socket instanceof TLSSocket ? socket.getPeerCertificate().serialNumber : '');
  });
  url = (await servers.listening(server)).replace('http:', 'https:');
});
afterEach(async () => {
  agent.stop();
  rmSync(directory, { recursive: true });
  await servers.close();
});

const issue = () => authority.issue({ names: ['manager'], usage: 'client', notAfter: LATER });
const serialOf = (pem: string) => new X509Certificate(pem).serialNumber;
const named = (key: string, name: string) => ({ key, file: join(directory, name) });
const shown = async () => (await fetchThrough(agent.dispatcher)(url)).text();

describe('a client whose certificate is renewed', () => {
  it('shows the new one from the next request on, and the former one while the new one cannot be used', async () => {
    const [first, second, third] = await Promise.all([issue(), issue(), issue()]);
    files.identity('c', first);
    const identity = { cert: named('client_cert', 'c.pem'), key: named('client_key', 'c.key') };
    const ca = named('ca', 'ca.pem');
    files.file('ca.pem', authority.caPem);
    const log = (_level: string, line: string) => void lines.push(line.replaceAll(`${directory}/`, ''));
    agent = await openRenewedAgent({ isVerified: true, ca, identity }, { table: 'proxies.p', log });
    expect(await shown()).toBe(serialOf(first.cert));

    files.identity('c', second);
    await agent.reload();
    expect(await shown()).toBe(serialOf(second.cert));

    files.file('c.pem', third.cert);
    await agent.reload();
    expect(await shown()).toBe(serialOf(second.cert));
    expect(lines).toEqual([
      'proxies.p: the certificate files have changed, and are used from now on',
      'client_key: c.key is not the key of the first certificate in c.pem: the two belong together; the former one goes on',
    ]);
  });
});
