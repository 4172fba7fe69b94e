import type { IncomingMessage, ServerResponse } from 'node:http';
import { afterEach, expect, it } from 'vitest';
import type { Manager } from '../../../manager/manager.ts';
import { createServers } from '../../client/servers.ts';
import { startFake } from '../../fakes/fake-server.ts';
import { pythonProxy } from '../../fakes/python-proxy.ts';
import { startPolling } from './polled-fake.ts';

const SOON = { timeout: 15_000, interval: 50 };
const HEALTH = JSON.stringify({ status: 'healthy', version: '25.15.0', component: 'storage-proxy' });
const LIST = JSON.stringify({ volumes: [{ name: 'v', backend: 'vfs' }] });

const servers = createServers();
let manager: Manager | null = null;
afterEach(async () => {
  manager?.stop();
  await servers.close();
});

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

const json =
  (text: string): Answer =>
  (_, response) =>
    void response.setHeader('content-type', 'application/json').end(text);

/** A chunk after the other, for as long as somebody takes them. */
const endless: Answer = (_, response) => {
  response.setHeader('content-type', 'application/json');
  const chunk = Buffer.alloc(2 ** 16, ' ');
  const more = () => {
    for (let room = true; room && !response.destroyed; ) room = response.write(chunk);
    response.once('drain', more);
  };
  more();
};

const drip: Answer = (_, response) => {
  const timer = setInterval(() => response.write(' '), 50);
  response.setHeader('content-type', 'application/json').on('close', () => clearInterval(timer));
};

const redirect: Answer = (_, response) => void response.writeHead(302, { location: '/elsewhere' }).end();

/** A proxy of Backend.AI that answers as it should, but for these. */
const proxyWith =
  (answers: Readonly<Record<string, Answer>>): Answer =>
  (request, response) => {
    const path = request.url ?? '';
    const well: Readonly<Record<string, Answer>> = { '/health': json(HEALTH), '/volumes': json(LIST) };
    const answer = answers[path] ?? well[path];
    if (answer !== undefined) answer(request, response);
    else response.writeHead(404).end();
  };

const warned = (failure: string) => ({
  is_healthy: true,
  warnings: [`it cannot list its volumes (${failure}): name them in \`volumes\` of its \`[proxies]\` table`],
});
const told = (reason: string, info: string) => ({ status: 'unavailable', reason, checks: [{ info }] });

const HOSTILE: Readonly<Record<string, readonly [Readonly<Record<string, Answer>>, object]>> = {
  'an endless list': [{ '/volumes': endless }, warned('answered more than 8 MiB')],
  'a list that drips': [{ '/volumes': drip }, warned('timed out after 0.3 s')],
  'a list that is elsewhere': [{ '/volumes': redirect }, warned('answered HTTP 302')],
  'a list of a million things': [
    { '/volumes': json(`{"volumes":[${'7,'.repeat(999_999)}7]}`) },
    { is_healthy: true, warnings: ['1000000 entries of its list of volumes cannot be used'] },
  ],
  'a list of HTML': [
    { '/volumes': (_, response) => void response.setHeader('content-type', 'text/html').end('<p>') },
    warned('answered text/html instead of JSON'),
  ],
  'an endless volume': [{ '/volume/hwinfo': endless }, told('UNREADABLE_REPORT', 'answered more than 256 KiB')],
  'a volume that drips': [{ '/volume/hwinfo': drip }, told('CHECK_TIMEOUT', 'timed out after 0.3 s')],
  'a volume that is elsewhere': [{ '/volume/hwinfo': redirect }, told('HWINFO_FAILED', 'answered HTTP 302')],
  'a volume too deep': [
    { '/volume/hwinfo': json(`{"status":"healthy","metadata":{"a":${'['.repeat(9e4)}${']'.repeat(9e4)}}}`) },
    { status: 'healthy', metadata: { left_out: 1 } },
  ],
  'health that is elsewhere': [
    { '/health': redirect },
    { is_healthy: false, error_message: 'answered HTTP 302', protocol: null },
  ],
  'endless health': [{ '/health': endless }, { is_healthy: false, error_message: 'answered more than 8 MiB' }],
  'health of another service': [
    { '/health': json('{"status":"ok","version":"26.4.4","component":"manager"}') },
    { is_healthy: false, error_message: 'is no storage proxy: it calls itself "manager"' },
  ],
};

it('costs only itself, whatever it answers', async () => {
  await using good = await startFake(pythonProxy);
  const urls: Record<string, string> = { good: good.url };
  for (const [name, [answers]] of Object.entries(HOSTILE)) {
    urls[name.replaceAll(' ', '-')] = await servers.http(proxyWith(answers));
  }
  ({ manager } = await startPolling(urls));
  const { snapshot } = manager;
  for (const [name, [, expected]] of Object.entries(HOSTILE)) {
    const proxy = name.replaceAll(' ', '-');
    const isOfVolume = 'status' in expected;
    await expect
      .poll(
        () =>
          isOfVolume
            ? snapshot().volume({ proxy, volume: 'v' })
            : snapshot().proxies.find(({ proxy_name }) => proxy_name === proxy),
        { ...SOON, message: name },
      )
      .toMatchObject(expected);
  }
  const volumes = () =>
    snapshot()
      .volumesOf('good')
      .map(({ volume_id, status }) => `${volume_id} ${status}`);
  await expect.poll(volumes, SOON).toEqual(['archive unavailable', 'local healthy', 'shared healthy']);
});
