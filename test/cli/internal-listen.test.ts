import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSandbox, freePort, type Sandbox } from './volhealth.ts';

let sandbox: Sandbox;
beforeEach(() => {
  sandbox = createSandbox();
});
afterEach(() => {
  sandbox.close();
});

function proxyToml(port: number, internal: string): string {
  const path = join(sandbox.directory, 'local');
  mkdirSync(path, { recursive: true });
  const file = join(sandbox.directory, 'storage-proxy.toml');
  writeFileSync(
    file,
    `[api.manager]
secret = "s"
[volhealth]
listen = "127.0.0.1:${port}"
internal_listen = "${internal}"
[volume.local]
backend = "vfs"
path = "${path}"
`,
  );
  return file;
}

const LISTENING = /proxy: listening on (http:\S+)/;
const INTERNAL = /internal_listen: listening on (http:\S+)/;

async function health(at: string, headers = {}) {
  const response = await fetch(`${at}/health`, { headers });
  return (await response.json()) as { epoch?: string; volumes: { local: { status: string; checks?: object } } };
}

describe('a proxy with an internal address', () => {
  it('tells there what it tells elsewhere to who has the secret, from the same checks', async () => {
    const proxy = sandbox.start('proxy', '-c', proxyToml(0, '127.0.0.1:0'));
    const [internal, url] = [await proxy.says(INTERNAL), await proxy.says(LISTENING)];
    await expect.poll(async () => (await health(internal)).volumes.local.status).toBe('healthy');
    const { epoch, volumes } = await health(internal);
    const other = await health(url, { authorization: 'Bearer s' });
    expect([epoch, volumes.local.checks]).toEqual([other.epoch, other.volumes.local.checks]);
    expect((await health(url)).volumes.local.checks).toBeUndefined();
  });

  it('ends on SIGTERM with code 0, whoever is connected to either', async () => {
    const proxy = sandbox.start('proxy', '-c', proxyToml(0, '127.0.0.1:0'));
    const [internal, url] = [await proxy.says(INTERNAL), await proxy.says(LISTENING)];
    const sockets = [url, internal].map((at) => connect(Number(new URL(at).port), '127.0.0.1'));
    await Promise.all(sockets.map((socket) => once(socket, 'connect')));
    for (const socket of sockets) socket.write('GET /health HTTP/1.1\r\nhost: p\r\n\r\nGET /he');
    await Promise.all(sockets.map((socket) => once(socket, 'data')));
    expect(await proxy.end()).toBe(0);
    for (const socket of sockets) socket.destroy();
  });

  it('names the port that is taken and the key to change, exit 2, and leaves the first one', async () => {
    const [port, taken] = [await freePort(), await freePort()];
    const first = sandbox.start('proxy', '-c', proxyToml(0, `127.0.0.1:${taken}`));
    await first.says(INTERNAL);
    const { code, stderr } = await sandbox.run('proxy', '-c', proxyToml(port, `127.0.0.1:${taken}`));
    expect([code, stderr.trim()]).toEqual([
      2,
      `volhealth proxy: cannot listen on 127.0.0.1:${taken}: the port is in use; end the other program, or choose another address, as [volhealth] internal_listen in the configuration file`,
    ]);
  });

  it('is warned of by check-config where anybody may reach it', async () => {
    const { code, stderr } = await sandbox.run('check-config', proxyToml(0, '0.0.0.0:6123'));
    expect([code, stderr]).toEqual([
      0,
      expect.stringMatching(/^warning: .*:5 {2}volhealth\.internal_listen {2}is neither/),
    ]);
  });
});
