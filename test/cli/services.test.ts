import { once } from 'node:events';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createManagerClient } from '../../client/manager-client.ts';
import { createSandbox, freePort, type Running, type Sandbox } from './volhealth.ts';

let sandbox: Sandbox;
beforeEach(() => {
  sandbox = createSandbox();
});
afterEach(() => {
  sandbox.close();
});

function configure(name: string, text: string): string {
  writeFileSync(join(sandbox.directory, name), text);
  return name;
}

function proxyToml(name: string, port: number): string {
  const path = join(sandbox.directory, name);
  mkdirSync(path, { recursive: true });
  return configure(
    `${name}.toml`,
    `[api.manager]
service-addr = "127.0.0.1:${port}"
secret = "s"
[volume.local]
backend = "vfs"
path = "${path}"
health_check_interval = "1s"
`,
  );
}

const managerToml = (ports: readonly number[]): string =>
  configure(
    'manager.toml',
    `[api]\nlisten = "127.0.0.1:0"\n${ports
      .map(
        (port, i) => `[proxies.proxy${i + 1}]
manager_api = "http://127.0.0.1:${port}"
secret = "s"
health_check_interval = "1s"
health_check_timeout = "500ms"
`,
      )
      .join('')}`,
  );

const isUp = async (url: string): Promise<boolean> =>
  fetch(`${url}/livez`).then(
    () => true,
    () => false,
  );

const listeningOn = (service: Running) => service.says(/listening on (http:\S+)/);

/** Two proxies and a manager, as real processes on real ports. */
async function startCluster() {
  const ports = [await freePort(), await freePort()];
  const files = ports.map((port, i) => proxyToml(`proxy${i + 1}`, port));
  const proxies = files.map((file) => sandbox.start('proxy', '-c', file));
  await Promise.all(proxies.map(listeningOn));
  const url = await listeningOn(sandbox.start('manager', '-c', managerToml(ports)));
  const client = createManagerClient({ url });
  const health = async () => {
    const [all, volumes] = await Promise.all([client.storageProxyHealthList.query(), client.volumeHealthList.query()]);
    return [
      ...all.map(({ proxy_name, status, error_message }) => `${proxy_name} ${status} ${error_message ?? '-'}`),
      ...volumes.map((v) => `${v.proxy_name}:${v.volume_id} ${v.status} ${v.last_known_status ?? '-'}`),
    ];
  };
  return { files, proxies, url, health };
}

const ALL_HEALTHY = [
  'proxy1 healthy -',
  'proxy2 healthy -',
  'proxy1:local healthy healthy',
  'proxy2:local healthy healthy',
];
const PROXY1_DEAD = [
  'proxy1 unhealthy connection refused',
  'proxy2 healthy -',
  'proxy1:local unknown healthy',
  'proxy2:local healthy healthy',
];

describe('a manager and two proxies', () => {
  it('tell a dead proxy from a dead storage, leave the other alone, and recover', async () => {
    const { files, proxies, url, health } = await startCluster();
    await expect.poll(health, { timeout: 10_000 }).toEqual(ALL_HEALTHY);
    expect((await sandbox.run('status', '--url', url)).code).toBe(0);

    await proxies[0]?.end('SIGKILL');
    await expect.poll(health, { timeout: 5_000 }).toEqual(PROXY1_DEAD);
    const { code, stdout } = await sandbox.run('status', '--url', url);
    expect(code).toBe(1);
    expect(stdout).toMatch(/✖ unhealthy +proxy +connection refused/);
    expect(stdout).toMatch(/1 of 2 proxies and 1 of 2 volumes are healthy\./);

    await listeningOn(sandbox.start('proxy', '-c', files[0] ?? ''));
    await expect.poll(health, { timeout: 10_000 }).toEqual(ALL_HEALTHY);

    rmSync(join(sandbox.directory, 'proxy2'), { recursive: true });
    await expect
      .poll(health, { timeout: 10_000 })
      .toEqual([
        'proxy1 healthy -',
        'proxy2 healthy -',
        'proxy1:local healthy healthy',
        'proxy2:local offline offline',
      ]);
  }, 60_000);

  it('end on SIGTERM with code 0, also while somebody watches', async () => {
    const port = await freePort();
    const proxy = sandbox.start('proxy', '-c', proxyToml('proxy1', port));
    const url = await listeningOn(proxy);
    const stream = await fetch(`${url}/trpc/health.watch`, {
      headers: { authorization: 'Bearer s', accept: 'text/event-stream' },
    });
    expect(stream.status).toBe(200);
    expect(await proxy.end()).toBe(0);
    await stream.body?.cancel().catch(() => {});
  });
});

const sdlOf = (url: string) =>
  fetch(`${url}/graphql/federation`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: '{"query":"{ _service { sdl } }"}',
  });

function startWith(table: string) {
  const file = configure('manager.toml', `[api]\nlisten = "127.0.0.1:0"\n${table}`);
  return listeningOn(sandbox.start('manager', '-c', file));
}

describe('a subgraph', () => {
  it('is served where the configuration says so, as a browser that looks for an editor hears', async () => {
    const url = await startWith('[graphql]\nfederation = true\n');
    const response = await sdlOf(url);
    expect([response.status, await response.json()]).toEqual([
      200,
      { data: { _service: { sdl: expect.stringContaining('type VirtualFolderNode') } } },
    ]);
    const page = await fetch(`${url}/graphql/federation`, { headers: { accept: 'text/html' } });
    expect([page.status, await page.text()]).toEqual([406, expect.stringContaining('GraphiQL is switched off')]);
  });

  it('is not there unless it is asked for', async () => {
    const url = await startWith('');
    expect((await sdlOf(url)).status).toBe(404);
  });
});

const STREAMS = {
  'a GraphQL subscription': '/graphql?query=subscription{volumeHealthChanged{id}}',
  "tRPC's watch": '/trpc/watch',
};

describe.each(Object.entries(STREAMS))('%s', (_, path) => {
  it('is cut at once by a manager that ends: told of an end, its client would not come back', async () => {
    const manager = sandbox.start('manager', '-c', managerToml([await freePort()]));
    const url = await listeningOn(manager);
    const underWay = connect(Number(new URL(url).port), '127.0.0.1');
    underWay.write(
      'POST /graphql HTTP/1.1\r\nhost: manager\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n',
    );
    const stream = await fetch(`${url}${path}`, { headers: { accept: 'text/event-stream' } });
    const chunks: string[] = [];
    const read = async () => {
      for await (const chunk of stream.body?.pipeThrough(new TextDecoderStream()) ?? []) chunks.push(chunk);
      return 'ended';
    };
    const end = read().catch(({ message }: Error) => message);
    await expect.poll(() => chunks.join('')).toContain('data: {');

    const code = manager.end();

    expect(await end).toBe('terminated');
    expect(chunks.join('')).not.toMatch(/event: (complete|return)/);
    underWay.write('no JSON!!');
    const [answer] = await Promise.race([once(underWay, 'data'), once(underWay, 'close')]);
    expect(String(answer)).toMatch(/^HTTP\/1.1 400/);
    underWay.destroy();
    expect(await code).toBe(0);
  });
});

describe('a running service', () => {
  it.each(['/health', '/trpc/health.check', '/nope'])('answers a POST to %s that has no length', async (path) => {
    const proxy = sandbox.start('proxy', '-c', proxyToml('proxy1', await freePort()));
    const url = await listeningOn(proxy);
    const chunked = new ReadableStream({
      start(controller) {
        controller.enqueue(new TextEncoder().encode('{}'));
        controller.close();
      },
    });
    const { status } = await fetch(`${url}${path}`, { method: 'POST', body: chunked, duplex: 'half' } as RequestInit);
    expect([403, 404, 415]).toContain(status);
  });

  it('goes on where nobody reads its log any more', async () => {
    const port = await freePort();
    const proxy = sandbox.start('proxy', '-c', proxyToml('proxy1', port));
    await listeningOn(proxy);
    proxy.child.stdout?.destroy();
    proxy.child.stderr?.destroy();
    rmSync(join(sandbox.directory, 'proxy1'), { recursive: true });
    const status = async () => {
      const response = await fetch(`http://127.0.0.1:${port}/health`);
      return ((await response.json()) as { volumes: { local: { status: string } } }).volumes.local.status;
    };
    await expect.poll(status, { timeout: 5_000 }).toBe('offline');
  });

  it('refuses a body without end', async () => {
    const proxy = sandbox.start('proxy', '-c', proxyToml('proxy1', await freePort()));
    const url = await listeningOn(proxy);
    const endless = new ReadableStream({
      pull(controller) {
        controller.enqueue(new Uint8Array(64 * 1024));
      },
    });
    const sent = fetch(`${url}/trpc/health.check`, {
      method: 'POST',
      body: endless,
      duplex: 'half',
      headers: { 'content-type': 'application/json', authorization: 'Bearer s' },
    } as RequestInit);
    expect(
      await sent.then(
        ({ status }) => status,
        () => 'cut',
      ),
    ).not.toBe(200);
    expect((await fetch(`${url}/livez`)).status).toBe(200);
  });
});

describe('a manager', () => {
  it.each([
    ['127.0.0.1:0', 200],
    ['0.0.0.0:0', 406],
  ])('that listens on %s answers a browser with %d: GraphiQL is for those on the machine', async (address, status) => {
    const manager = sandbox.start('manager', '-c', managerToml([1]), '--listen', address);
    const url = new URL(await listeningOn(manager));
    const response = await fetch(`http://127.0.0.1:${url.port}/graphql`, { headers: { accept: 'text/html' } });
    expect(response.status).toBe(status);
  });
});

describe('a service that cannot start', () => {
  it('names the port that is taken and what to do, exit 2', async () => {
    const port = await freePort();
    await listeningOn(sandbox.start('proxy', '-c', proxyToml('proxy1', port)));
    const { code, stderr } = await sandbox.run('proxy', '-c', proxyToml('proxy2', port));
    expect([code, stderr.trim()]).toEqual([
      2,
      `volhealth proxy: cannot listen on 127.0.0.1:${port}: the port is in use; end the other program, or choose another address, by --listen or in the configuration file`,
    ]);
  });

  it('names what is wrong in its file, exit 2', async () => {
    const file = configure('bad.toml', '[volume.v]\nbackend = "vfs"\n');
    const { code, stderr } = await sandbox.run('proxy', '-c', file);
    expect(code).toBe(2);
    expect(stderr).toContain(
      'bad.toml:1  volume.v.path  expected the path at which the volume is mounted, found nothing',
    );
  });
});

describe('volhealth up', () => {
  it('runs both, says where, survives the end of one, and ends on Ctrl-C with code 0', async () => {
    const port = await freePort();
    const up = sandbox.start(
      'up',
      '--proxy-config',
      proxyToml('proxy1', port),
      '--manager-config',
      managerToml([port]),
    );
    const url = await up.says(/GraphQL (http:\S+)\/graphql/);
    const client = createManagerClient({ url });
    const statuses = async () => (await client.volumeHealthList.query()).map(({ status }) => status);
    await expect.poll(statuses, { timeout: 10_000 }).toEqual(['healthy']);
    expect(await up.end('SIGINT')).toBe(0);
    await expect(client.volumeHealthList.query()).rejects.toThrow('fetch failed');
  }, 30_000);

  it('leaves nothing behind when it is killed', async () => {
    const port = await freePort();
    const files = ['--proxy-config', proxyToml('proxy1', port), '--manager-config', managerToml([port])];
    const up = sandbox.start('up', ...files);
    const manager = await up.says(/GraphQL (http:\S+)\/graphql/);
    await up.end('SIGKILL');
    for (const url of [`http://127.0.0.1:${port}`, manager]) {
      await expect.poll(() => isUp(url), { timeout: 5_000 }).toBe(false);
    }
  }, 30_000);

  it('ends when the shell through which npm started it is gone', async () => {
    const port = await freePort();
    const args = `up --proxy-config ${proxyToml('proxy1', port)} --manager-config ${managerToml([port])}`;
    const shell = sandbox.startInShell(args, { npm_lifecycle_event: 'start' });
    await shell.says(/Ctrl-C ends both/);
    shell.child.kill('SIGKILL');
    await expect.poll(() => isUp(`http://127.0.0.1:${port}`), { timeout: 5_000 }).toBe(false);
  }, 30_000);

  it('ends with 2 and the reason where one of the two cannot start', async () => {
    const port = await freePort();
    await listeningOn(sandbox.start('proxy', '-c', proxyToml('proxy1', port)));
    const { code, stderr } = await sandbox.run(
      'up',
      '--proxy-config',
      'proxy1.toml',
      '--manager-config',
      managerToml([port]),
    );
    expect(code).toBe(2);
    expect(stderr).toContain(`cannot listen on 127.0.0.1:${port}`);
  });

  it('ends with 2 where one of the two crashes at its start', async () => {
    const file = configure('bad.toml', '[volume.v]\nbackend = "vfs"\n');
    const { code } = await sandbox.run('up', '--proxy-config', file, '--manager-config', managerToml([1]));
    expect(code).toBe(2);
  });
});

describe('volhealth status', () => {
  it('is 2 where there is no manager, and says what to try', async () => {
    const port = await freePort();
    const { code, stderr } = await sandbox.run('status', '--url', `http://127.0.0.1:${port}`);
    expect([code, stderr.trim()]).toEqual([
      2,
      `volhealth status: cannot ask the manager at http://127.0.0.1:${port}: connection refused; is it running? Name another with --url`,
    ]);
  });
});
