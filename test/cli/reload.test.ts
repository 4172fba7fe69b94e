import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { HealthReport } from '../../schema/health-report.ts';
import { load } from './load.ts';
import { createSandbox, freePort, type Running, type Sandbox } from './volhealth.ts';

const FILE = 'storage-proxy.toml';

let sandbox: Sandbox;
beforeEach(() => {
  sandbox = createSandbox();
  for (const volume of ['a', 'b', 'c']) mkdirSync(join(sandbox.directory, volume));
});
afterEach(() => {
  sandbox.close();
});

const soon = { timeout: 10_000, interval: 20 };

/** Puts another file in its place, as most editors and tools do. */
function write(text: string, name = FILE): string {
  const file = join(sandbox.directory, name);
  writeFileSync(`${file}.new`, text);
  renameSync(`${file}.new`, file);
  return name;
}

const volume = (name: string, more = ''): string =>
  `[volume.${name}]\nbackend = "vfs"\npath = "${join(sandbox.directory, name)}"\nhealth_check_interval = "1s"\n${more}`;

const proxyToml = (volumes: readonly string[], { secret = 's', port = 0, more = '' } = {}): string =>
  `[api.manager]\nservice-addr = "127.0.0.1:${port}"\nsecret = "${secret}"\n${more}${volumes.map((name) => volume(name)).join('')}`;

const listeningOn = (service: Running) => service.says(/listening on (http:\S+)/);

const ask = (url: string, secret = 's') =>
  fetch(`${url}/manager-api/health`, { headers: { authorization: `Bearer ${secret}` } });

const report = async (url: string) => (await (await ask(url)).json()) as HealthReport;

const namesAt = async (url: string) => Object.keys((await report(url)).volumes);

async function startProxy() {
  const proxy = sandbox.start('proxy', '-c', write(proxyToml(['a', 'b'])));
  return { proxy, url: await listeningOn(proxy) };
}

const hangUp = ({ child }: Running) => child.kill('SIGHUP');

describe('a storage proxy', () => {
  it('goes on with its file as it is now when it gets SIGHUP', async () => {
    const { proxy, url } = await startProxy();
    const { epoch } = await report(url);
    write(proxyToml(['b', 'c']));
    hangUp(proxy);
    await proxy.says(/reloaded storage-proxy\.toml: 1 volume added \(c\), 1 removed \(a\)\n/);
    expect(await namesAt(url)).toEqual(['b', 'c']);
    expect((await report(url)).epoch).toBe(epoch);
    hangUp(proxy);
    await proxy.says(/storage-proxy\.toml says what is running: nothing to reload/);
    expect(await proxy.end()).toBe(0);
  });

  it('goes on with its file when that is written, refuses one that is bad or gone, and takes the next good one', async () => {
    const { proxy, url } = await startProxy();
    // Watched files are looked at in the background at first.
    await expect
      .poll(async () => (write(proxyToml(['a', 'b', 'c'])), (await namesAt(url)).length), {
        timeout: 10_000,
        interval: 700,
      })
      .toBe(3);
    write(`${proxyToml(['a'])}health_check_timeout = "soon"\n`);
    await proxy.says(/error: storage-proxy\.toml:8 volume\.a\.health_check_timeout expected a duration/);
    await proxy.says(/error: not reloaded: storage-proxy\.toml cannot be used; the running configuration stays/);
    rmSync(join(sandbox.directory, FILE));
    await proxy.says(/error: cannot read storage-proxy\.toml: there is no such file/);
    expect(await namesAt(url)).toEqual(['a', 'b', 'c']);
    write(proxyToml(['a']));
    await expect.poll(() => namesAt(url), soon).toEqual(['a']);
  }, 40_000);

  it('takes a new secret, cuts who came with the old one, and says what takes a restart', async () => {
    const { proxy, url } = await startProxy();
    const headers = { authorization: 'Bearer s', accept: 'text/event-stream' };
    const stream = await fetch(`${url}/trpc/health.watch`, { headers });
    const cut = stream.text().catch(() => 'cut');
    write(proxyToml(['a', 'b'], { secret: 'other', port: 1, more: '[storage-proxy]\nnode-id = "n"\n' }));
    hangUp(proxy);
    await proxy.says(/warn: takes a restart: api\.manager\.service_addr\n/);
    await proxy.says(/reloaded storage-proxy\.toml: another secret\n/);
    expect(await cut).toBe('cut');
    expect([(await ask(url)).status, (await ask(url, 'other')).status]).toEqual([403, 200]);
  });

  it('says that it has no file where it runs with the embedded default', async () => {
    const proxy = sandbox.start('proxy', '--listen', '127.0.0.1:0');
    await listeningOn(proxy);
    hangUp(proxy);
    await proxy.says(/nothing to reload: there is no configuration file, only the embedded default/);
    expect(await proxy.end()).toBe(0);
  });
});

describe('volhealth up', () => {
  it('passes SIGHUP on to both', async () => {
    const port = await freePort();
    const files = {
      proxy: write(proxyToml(['a'], { port })),
      manager: write(
        `[api]\nlisten = "127.0.0.1:0"\n[proxies.p]\nmanager_api = "http://127.0.0.1:${port}"\nsecret = "s"\n`,
        'manager.toml',
      ),
    };
    const up = sandbox.start('up', '--proxy-config', files.proxy, '--manager-config', files.manager);
    await up.says(/Ctrl-C ends both/);
    write(proxyToml(['a', 'b'], { port }));
    hangUp(up);
    await up.says(/reloaded storage-proxy\.toml: 1 volume added \(b\)/);
    expect(await up.end()).toBe(0);
  }, 30_000);
});

const HAS_SCRIPT = spawnSync('script', ['--version']).status === 0;
const MAIN = fileURLToPath(new URL('../../cli/main.ts', import.meta.url));

describe('the end of a terminal', () => {
  it.skipIf(!HAS_SCRIPT)(
    'ends what was started in it, as it always has',
    async () => {
      const port = await freePort();
      write(proxyToml(['a'], { port }));
      const command = `echo $$ > pid; exec "${process.execPath}" "${MAIN}" proxy -c ${FILE}`;
      // One that npm started ends with npm, whatever becomes of its terminal.
      const { npm_lifecycle_event: _npm, ...env } = process.env;
      const cwd = sandbox.directory;
      const terminal = spawn('script', ['-qec', command, '/dev/null'], { cwd, env, stdio: 'ignore' });
      const url = `http://127.0.0.1:${port}`;
      const isUp = async () =>
        fetch(`${url}/livez`).then(
          () => true,
          () => false,
        );
      await expect.poll(isUp, soon).toBe(true);
      const ended = once(terminal, 'exit');
      terminal.kill('SIGKILL');
      await ended;
      try {
        await expect.poll(isUp, soon).toBe(false);
      } catch (error) {
        process.kill(Number(readFileSync(join(cwd, 'pid'), 'utf8')), 'SIGKILL');
        throw error;
      }
    },
    30_000,
  );
});

/** What must not move of the volumes that are always there. */
const lasting = ({ epoch, volumes }: HealthReport) => ({
  epoch,
  all: ['a', 'b'].map((name) => {
    const { status, since, attempt, state_type } = volumes[name]!;
    return { name, status, since, attempt, state_type };
  }),
});

describe('a reload under 200 requests a second', () => {
  it('fails no request, and loses nothing of the volumes that stay', async () => {
    const { proxy, url } = await startProxy();
    const attempts = async () => Object.values((await report(url)).volumes).map(({ attempt }) => attempt);
    rmSync(join(sandbox.directory, 'b'), { recursive: true });
    await expect.poll(async () => (await report(url)).volumes['b']?.status, soon).toBe('offline');
    await expect.poll(attempts, soon).toEqual([3, 3]);
    const before = await report(url);
    const refusals = () => proxy.output().split('not reloaded').length;

    const reports: HealthReport[] = [];
    const running = load(async () => {
      const response = await ask(url);
      if (response.status !== 200) throw new Error(`HTTP ${response.status}`);
      reports.push((await response.json()) as HealthReport);
    });
    const steps = [
      ['a', 'b', 'c'],
      ['b', 'a'],
      ['a', 'b', 'c', 'd'],
      ['d', 'c', 'b', 'a'],
      ['a', 'b'],
    ];
    for (const volumes of steps) {
      const [asked, refused] = [reports.length, refusals()];
      write('[volume.a]\nbackend = 5\n');
      hangUp(proxy);
      await expect.poll(refusals, soon).toBeGreaterThan(refused);
      write(proxyToml(volumes));
      hangUp(proxy);
      await expect.poll(async () => (await namesAt(url)).toSorted(), soon).toEqual(volumes.toSorted());
      await expect.poll(() => reports.length, soon).toBeGreaterThan(asked + 200);
    }
    expect(await running.end()).toEqual([]);
    expect(reports.length).toBeGreaterThan(1_000);
    expect(new Set(reports.map((one) => JSON.stringify(lasting(one))))).toEqual(
      new Set([JSON.stringify(lasting(before))]),
    );
    const last = reports.at(-1)!;
    expect(last.volumes['a']!.checked_mono_ms).toBeGreaterThan(before.volumes['a']!.checked_mono_ms!);
  }, 60_000);
});
