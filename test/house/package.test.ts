import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createManagerClient } from '../../client/manager-client.ts';
import { PACKAGE, ROOT } from './checkout.ts';

const run = promisify(execFile);
const TSC = join(ROOT, 'node_modules/typescript/bin/tsc');
const EXAMPLES = ['consumer.ts', 'watch-volume.ts', 'tls-client.ts'];
const NOT_COPIED = ['node_modules', 'dist', 'data', '.git'];

/** A directory with the package installed as from its tarball, and beside it what it depends on. */
let home = '';
let project = '';
let packed: readonly string[] = [];

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'volhealth-package-'));
  const checkout = join(home, 'checkout');
  project = join(home, 'project');
  // A copy, because packing builds anew: the checkout's own dist may be in use.
  await cp(ROOT, checkout, {
    recursive: true,
    filter: (path) => !NOT_COPIED.includes(relative(ROOT, path)),
  });
  await symlink(join(ROOT, 'node_modules'), join(checkout, 'node_modules'), 'dir');
  const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', home], { cwd: checkout });
  const [tarball] = JSON.parse(stdout) as [{ filename: string; files: { path: string }[] }];
  packed = tarball.files.map(({ path }) => path);

  const installed = join(project, 'node_modules/volhealth');
  await mkdir(installed, { recursive: true });
  await run('tar', ['-xzf', join(home, tarball.filename), '-C', installed, '--strip-components=1']);
  for (const entry of await readdir(join(ROOT, 'node_modules'))) {
    await symlink(join(ROOT, 'node_modules', entry), join(project, 'node_modules', entry), 'dir');
  }
  await writeFile(join(project, 'package.json'), '{ "type": "module" }');
}, 60_000);

afterAll(async () => {
  await rm(home, { recursive: true, force: true });
});

const manifest = async (directory: string) =>
  JSON.parse(await readFile(join(directory, 'package.json'), 'utf8')) as typeof PACKAGE;

describe('the packed package', () => {
  it('holds what runs, its schema, its licence and how to use it', () => {
    expect(packed).toEqual(
      expect.arrayContaining([
        'LICENSE',
        'README.md',
        'cli/volhealth.js',
        'dist/backends/mount/child.js',
        'dist/cli/main.js',
        'dist/client/index.d.ts',
        'dist/client/index.js',
        'package.json',
        'schema.graphql',
        'subgraph.graphql',
      ]),
    );
  });

  it('holds no test, no source and nothing else', () => {
    const declared = new RegExp(`^(?:${PACKAGE.files.join('|')}|package\\.json|README\\.md|LICENSE)(?:/|$)`);
    const strays = packed.filter((path) => /(?:^|\/)test\/|(?<!\.d)\.ts$/.test(path) || !declared.test(path));

    expect(strays).toEqual([]);
  });
});

describe('the installed package', () => {
  it('brings no Node of its own, and leaves the checkout as it was', async () => {
    expect(await manifest(join(project, 'node_modules/volhealth'))).not.toHaveProperty('optionalDependencies');
    expect(await manifest(join(home, 'checkout'))).toEqual(PACKAGE);
  });

  it('type-checks the consumers of the docs, exactly: a word that no status has is an error', async () => {
    for (const example of EXAMPLES) await cp(join(ROOT, 'docs/examples', example), join(project, example));
    await writeFile(
      join(project, 'mistaken.ts'),
      `import { createManagerClient, createProxyClient } from 'volhealth/client';
import type { AppRouter } from 'volhealth/router';
import { VolumeHealth, type VolumeStatus } from 'volhealth/schema';

const proxy = createProxyClient({ url: 'http://127.0.0.1:6022', secret: 'x' });
const { status } = await proxy.health.volume.query({ volume: 'local' });
export const same: VolumeStatus = status;
export const parsed: string = VolumeHealth.parse(null).proxy_name;
export type Procedures = AppRouter['_def']['procedures'];
// @ts-expect-error -- not a status
export const wrong = status === 'fine';
const manager = createManagerClient({ url: 'http://127.0.0.1:6080' });
manager.watch.subscribe(
  { host: 'proxy1:local' },
  {
    onData({ data: event }) {
      // @ts-expect-error -- no type of event
      if (event.type === 'beat') throw new Error(event.id ?? '');
    },
  },
);
`,
    );
    const options = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'esnext', '--lib', 'esnext'];

    const check = run(
      process.execPath,
      [TSC, ...options, '--types', 'node', '--skipLibCheck', ...EXAMPLES, 'mistaken.ts'],
      { cwd: project },
    );

    await expect(check).resolves.toMatchObject({ stdout: '' });
  });

  it('gives plain JavaScript the shared words', async () => {
    const script = "import { parseVolumeHost } from 'volhealth/schema'; console.log(parseVolumeHost('proxy1:local'))";

    const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', script], { cwd: project });

    expect(stdout.trim()).toBe("{ proxy: 'proxy1', volume: 'local' }");
  });

  it('runs both services and the consumer of the docs', async () => {
    await cp(join(ROOT, 'docs/examples/consumer.ts'), join(project, 'consumer.ts'));
    await using proxy = await start('proxy', '--listen', '127.0.0.1:0');
    await configureManager(proxy.url);
    await using manager = await start('manager', '-c', 'manager.toml', '--listen', '127.0.0.1:0');
    await createManagerClient({ url: manager.url }).checkVolume.mutate({ host: 'proxy1:local' });

    const { stdout } = await run(process.execPath, ['consumer.ts'], {
      cwd: project,
      env: { ...process.env, VOLHEALTH_URL: manager.url },
    });

    expect(stdout).toMatch(/^proxy1:local is healthy: .+ % used\n$/);
  });

  it('runs the watcher of the docs, which goes on after a restart of the manager', async () => {
    await cp(join(ROOT, 'docs/examples/watch-volume.ts'), join(project, 'watch-volume.ts'));
    await using proxy = await start('proxy', '--listen', '127.0.0.1:0');
    await configureManager(proxy.url);
    await using before = await start('manager', '-c', 'manager.toml', '--listen', '127.0.0.1:0');
    await createManagerClient({ url: before.url }).checkVolume.mutate({ host: 'proxy1:local' });
    await using watcher = watching(before.url);
    await expect.poll(watcher.said).toMatch(/^proxy1:local is healthy \(OK\): .+ % used\n/);

    await before[Symbol.asyncDispose]();
    await expect.poll(watcher.said).toMatch(/asking again: /);
    await rm(join(project, 'data/local'), { recursive: true });
    await using after = await start('manager', '-c', 'manager.toml', '--listen', new URL(before.url).host);
    await createManagerClient({ url: after.url }).checkVolume.mutate({ host: 'proxy1:local' });

    await expect.poll(watcher.said, { timeout: 10_000 }).toMatch(/proxy1:local is offline \(\w+\): .+\n$/);
  });
});

async function configureManager(proxyUrl: string): Promise<void> {
  const secret = await readFile(join(project, 'data/secret'), 'utf8');
  const toml = `[proxies.proxy1]\nmanager_api = "${proxyUrl}"\nsecret = "${secret}"\n`;
  await writeFile(join(project, 'manager.toml'), toml);
}

interface Watcher extends AsyncDisposable {
  /** What it has printed so far. */
  readonly said: () => string;
}

function watching(url: string): Watcher {
  let said = '';
  const child = spawn(process.execPath, ['watch-volume.ts', 'proxy1:local'], {
    cwd: project,
    env: { ...process.env, VOLHEALTH_URL: url },
  });
  for (const output of [child.stdout, child.stderr]) output.on('data', (text: Buffer) => (said += String(text)));
  return { said: () => said, [Symbol.asyncDispose]: () => stop(child) };
}

interface Service extends AsyncDisposable {
  readonly url: string;
}

/** Starts a service of the installed package, and waits until it listens. */
async function start(...args: readonly string[]): Promise<Service> {
  const launcher = join(project, 'node_modules/volhealth/cli/volhealth.js');
  const child: ChildProcess = spawn(process.execPath, [launcher, ...args], {
    cwd: project,
    env: { ...process.env, VOLHEALTH_LOG: 'json' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (child.stdout === null) throw new Error('the service has no output');
  for await (const line of createInterface(child.stdout)) {
    const { url } = JSON.parse(line) as { url?: string };
    if (url !== undefined) return { url, [Symbol.asyncDispose]: () => stop(child) };
  }
  throw new Error(`volhealth ${args.join(' ')} ended before it listened`);
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
}
