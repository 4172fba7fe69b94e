import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createManagerClient } from '../../client/manager-client.ts';
import { type Fake, startFake } from '../fakes/fake-server.ts';
import { pythonProxy, SECRET } from '../fakes/python-proxy.ts';
import { createSandbox, freePort, type Sandbox } from './volhealth.ts';

const soon = { timeout: 20_000, interval: 50 };

let sandbox: Sandbox;
let fake: Fake | null = null;

beforeEach(() => {
  sandbox = createSandbox();
});
afterEach(async () => {
  sandbox.close();
  await fake?.close();
});

function write(name: string, text: string): string {
  writeFileSync(join(sandbox.directory, name), text);
  return name;
}

it('is asked in its own protocol, whoever takes the place of whom at its port, and no volume that stays is lost', async () => {
  const port = await freePort();
  const path = join(sandbox.directory, 'local');
  mkdirSync(path);
  write(
    'storage-proxy.toml',
    `[api.manager]\nservice_addr = "127.0.0.1:${port}"\nsecret = "${SECRET}"\n` +
      `[volume.local]\nbackend = "vfs"\npath = "${path}"\nhealth_check_interval = "1s"\n`,
  );
  write(
    'manager.toml',
    `[api]\nlisten = "127.0.0.1:0"\n[proxies.p]\nmanager_api = "http://127.0.0.1:${port}"\nsecret = "${SECRET}"\n` +
      'health_check_interval = "1s"\nvolume_check_interval = "1s"\n',
  );
  fake = await startFake(pythonProxy, { port });
  const manager = sandbox.start('manager', '-c', 'manager.toml');
  const client = createManagerClient({ url: await manager.says(/listening on (http:\S+)/) });
  const shown = async () => {
    const [[proxy], volumes] = await Promise.all([
      client.storageProxyHealthList.query(),
      client.volumeHealthList.query(),
    ]);
    return [proxy?.protocol, ...volumes.map(({ volume_id, status }) => `${volume_id} ${status}`)];
  };
  const OF_BACKEND_AI = ['rest', 'archive unavailable', 'local healthy', 'shared healthy'];
  await expect.poll(shown, soon).toEqual(OF_BACKEND_AI);
  const since = (await client.volumeHealth.query({ host: 'p:local' }))?.since;

  await fake.close();
  const proxy = sandbox.start('proxy', '-c', 'storage-proxy.toml');
  await expect.poll(shown, soon).toEqual(['trpc', 'local healthy']);

  await proxy.end('SIGKILL');
  fake = await startFake(pythonProxy, { port });
  await expect.poll(shown, soon).toEqual(OF_BACKEND_AI);
  expect((await client.volumeHealth.query({ host: 'p:local' }))?.since).toBe(since);
  const told = await client.volumeHistory.query({ host: 'p:local' });
  // That nobody answers for a moment may be seen; that the volume had gone was never true.
  expect(told.filter(({ data }) => data.reason === 'NOT_REPORTED')).toEqual([]);
}, 60_000);
