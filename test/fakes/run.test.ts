import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { text as readText } from 'node:stream/consumers';
import { parse as parseToml } from 'smol-toml';
import { afterAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { parseProxyConfig } from '../../proxy/config.ts';
import { ROOT } from '../house/checkout.ts';

const SOON = { timeout: 10_000 };
const STARTED: ChildProcess[] = [];

afterAll(async () => {
  for (const child of STARTED.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
});

function run(...args: readonly string[]) {
  const child = spawn(process.execPath, [join(ROOT, 'test/fakes/run.ts'), ...args], { stdio: 'pipe' });
  STARTED.push(child);
  return child;
}

/** What it prints to the end of its introduction, and all that it will print. */
async function introduced(...args: readonly string[]) {
  const child = run(...args);
  let printed = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (printed += chunk));
  await vi.waitFor(() => expect(printed).toContain('/_fake/expire-tokens\n'), SOON);
  const url = /listens at (\S+)/.exec(printed)?.[1] ?? '';
  return { child, url, printed: () => printed };
}

async function outcome(...args: readonly string[]) {
  const child = run(...args);
  const [stdout, stderr, [code]] = await Promise.all([
    readText(child.stdout),
    readText(child.stderr),
    once(child, 'exit') as Promise<[number]>,
  ]);
  return { stdout, stderr, code };
}

describe.concurrent('npm run fake', () => {
  it('serves the state that was asked for, and prints what a volume has to be told', async () => {
    const { url, printed } = await introduced('weka', '--state', 'rebuilding', '--port', '0');
    const [block = ''] = /^\[volume.+?(?=\n\nIts states:)/ms.exec(printed()) ?? [];

    expect(parseToml(block)).toEqual({
      volume: {
        weka: {
          backend: 'weka',
          path: tmpdir(),
          mount: { required: false },
          options: {
            weka_endpoint: url,
            weka_username: 'volhealth',
            weka_password: expect.any(String),
            weka_organization: 'Root',
            weka_fs_name: 'ai-models',
          },
        },
      },
    });
    expect(printed()).toMatch(/^ {2}rebuilding +Three drives are lost/m);
    expect(await (await fetch(`${url}/_fake`)).json()).toMatchObject({ state: 'rebuilding' });
  });

  it('writes a configuration that is read without a warning', async () => {
    const file = join(mkdtempSync(join(tmpdir(), 'volhealth-fake-test-')), 'storage-proxy.toml');
    onTestFinished(() => rmSync(dirname(file), { recursive: true }));
    const { printed } = await introduced('weka', '--port', '0', '--config', file);

    await vi.waitFor(() => expect(printed()).toContain(`npx volhealth probe weka -c ${file}\n`), SOON);
    const { config, warnings } = parseProxyConfig(readFileSync(file, 'utf8'), file);
    expect([Object.keys(config.volume), warnings]).toEqual([['weka'], []]);
  });

  it('changes the state when a word is written to it, back from where nobody listens, too', async () => {
    const { child, url, printed } = await introduced('vast', '--port', '0');

    child.stdin.write('refused\n');
    await vi.waitFor(() => expect(printed()).toMatch(/^refused; 0 calls/m), SOON);
    await expect(fetch(url)).rejects.toThrow('fetch failed');
    child.stdin.write('tired\noffline\n');
    await vi.waitFor(() => expect(printed()).toMatch(/^offline; 0 calls/m), SOON);

    expect(printed()).toContain('a fake vast has no state tired; it has well,');
    expect((await fetch(`${url}/_fake`)).status).toBe(200);
  });

  it('serves over TLS with an authority of its own, which it takes with it', async () => {
    const { child, url, printed } = await introduced('weka', '--tls', '--port', '0');
    const [, caFile = ''] = /^ca = "(.+)"$/m.exec(printed()) ?? [];

    expect(url).toMatch(/^https:/);
    expect(existsSync(caFile)).toBe(true);
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([0, null]);
    expect(existsSync(caFile)).toBe(false);
  });

  it('ends where somebody else listens', async () => {
    const { url } = await introduced('weka', '--port', '0');

    const { stderr, code } = await outcome('weka', '--port', new URL(url).port);

    expect([stderr, code]).toEqual([expect.stringContaining('EADDRINUSE'), 1]);
  });

  it('says how it is used', async () => {
    const { stdout, code } = await outcome('--help');

    expect([stdout, code]).toEqual([expect.stringContaining('VENDOR    gpfs, weka, vast, netapp'), 0]);
  });

  it.each([
    [[], 'fake: name one vendor: gpfs, weka, vast, netapp'],
    [['weca'], 'fake: there is no fake weca; there are gpfs, weka, vast, netapp'],
    [['weka', '--state', 'tired'], 'fake: a fake weka has no state tired; it has well, unknown-word,'],
    [['weka', '--port', 'http'], 'fake: --port: expected 0 to 65535, found http'],
    [['weka', '--stat', 'well'], "fake: Unknown option '--stat'"],
  ])('refuses %j, and names what there is', async (args, complaint) => {
    const { stderr, code } = await outcome(...args);

    expect([stderr, code]).toEqual([expect.stringContaining(complaint), 2]);
  });
});
