import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createHealthPoll } from '../../client/health-poll.ts';
import { createProxyClient } from '../../client/proxy-client.ts';
import { parseManagerConfig } from '../../manager/config.ts';
import { createManager, type Manager } from '../../manager/manager.ts';
import { systemClock } from '../../cli/system-clock.ts';

const report = (volumes: unknown) => ({ status: 'healthy', version: '1', epoch: 'e', seq: 1, mono_ms: 1, volumes });
const WELL = { status: 'healthy', status_info: 'usable', backend: 'vfs', last_checked_at: '2026-01-22T10:00:00Z' };

const json =
  (value: unknown): RequestListener =>
  (_, response) =>
    response.setHeader('content-type', 'application/json').end(JSON.stringify(value));

/** What each proxy answers, and what the manager must say of it. */
const PROXIES: Readonly<Record<string, readonly [RequestListener, string]>> = {
  good: [json(report({ v: WELL })), 'healthy -'],
  html: [
    (_, response) => response.setHeader('content-type', 'text/html').end('<p>'),
    'unhealthy answered text/html instead of JSON',
  ],
  mute: [() => {}, 'unhealthy timed out after 0.4 s'],
  garbage: [(request) => request.socket.end('\u0000\u0001\r\n\r\n'), 'unhealthy its answer is not proper HTTP'],
  empty: [json({}), 'unhealthy its answer could not be read'],
  liar: [json(report('none')), 'unhealthy its answer could not be read'],
  endless: [
    (_, response) => {
      response.setHeader('content-type', 'application/json');
      const chunk = Buffer.alloc(2 ** 20, ' ');
      const more = () => {
        for (let room = true; room && !response.destroyed; ) room = response.write(chunk);
        response.once('drain', more);
      };
      more();
    },
    'unhealthy answered more than 8 MiB',
  ],
  slow: [
    (_, response) => {
      const timer = setInterval(() => response.write(' '), 50);
      response.setHeader('content-type', 'application/json').on('close', () => clearInterval(timer));
    },
    'unhealthy timed out after 0.4 s',
  ],
};

let close: () => void = () => {};
afterEach(() => {
  close();
});

async function startManager(): Promise<Manager> {
  const servers = await Promise.all(
    Object.entries(PROXIES).map(async ([name, [listener]]) => {
      const server = createServer(listener);
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      return { name, server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
    }),
  );
  const toml = servers.map(
    ({ name, url }) => `[proxies.${name}]
manager_api = "${url}"
secret = "s"
health_check_interval = "1s"
health_check_timeout = "400ms"
volumes = ["v"]
`,
  );
  const { config } = parseManagerConfig(toml.join(''), 'manager.toml');
  const manager = createManager({
    config,
    accessOf: (name) => {
      const access = { url: config.proxies[name]?.manager_api ?? '', secret: 's' };
      return { client: createProxyClient(access), poll: createHealthPoll(access) };
    },
    epoch: 'manager',
    clock: systemClock,
    random: Math.random,
  });
  close = () => {
    manager.stop();
    for (const { server } of servers) server.close().closeAllConnections();
  };
  return manager;
}

describe('a manager of many bad proxies and a good one', () => {
  it('tells what is wrong with each, and trusts the good one all the while', async () => {
    const manager = await startManager();
    const proxies = () =>
      Object.fromEntries(
        manager.snapshot().proxies.map((proxy) => [proxy.proxy_name, `${proxy.status} ${proxy.error_message ?? '-'}`]),
      );
    const expected = Object.fromEntries(Object.entries(PROXIES).map(([name, [, words]]) => [name, words]));
    await expect.poll(proxies, { timeout: 10_000 }).toEqual(expected);
    expect(manager.snapshot().volume({ proxy: 'good', volume: 'v' })?.status).toBe('healthy');
    expect(manager.snapshot().volume({ proxy: 'mute', volume: 'v' })).toMatchObject({
      status: 'unknown',
      reason: 'PROXY_UNREACHABLE',
    });

    const checkedAt = () => manager.snapshot().proxies.find(({ proxy_name }) => proxy_name === 'good')?.last_checked_at;
    const before = checkedAt();
    await expect.poll(checkedAt, { timeout: 5_000 }).not.toBe(before);
    expect(proxies()).toEqual(expected);
  });
});
