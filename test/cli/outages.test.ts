import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createProxyClient, type ProxyClient } from '../../client/proxy-client.ts';
import { mountFaultFs, unlessFuse, whyNoFuse } from '../rigs/faultfs.ts';
import { createMountRig, type MountRig, unlessMounts, whyNoMounts } from '../rigs/mounts.ts';
import { createSandbox, type Running, type Sandbox } from './volhealth.ts';

let sandbox: Sandbox;
let rig: MountRig;
let proxy: Running;
let client: ProxyClient;
let url: string;

/** A running storage proxy over one `vfs` volume, asked once a second. */
async function serve(path: string): Promise<void> {
  const toml = `[api.manager]\nsecret = "s"\n[volume.v]\nbackend = "vfs"\npath = "${path}"\nhealth_check_interval = "1s"\n`;
  writeFileSync(join(sandbox.directory, 'p.toml'), toml);
  proxy = sandbox.start('proxy', '-c', 'p.toml', '--listen', '127.0.0.1:0');
  url = await proxy.says(/listening on (http:\S+)/);
  client = createProxyClient({ url, secret: 's' });
  await verdictIs(/^healthy OK: /);
}

async function verdict(): Promise<string> {
  const { status, degraded, reason, status_info } = await client.health.volume.query({ volume: 'v' });
  return `${degraded ? 'degraded' : status} ${reason}: ${status_info}`;
}

async function verdictIs(expected: RegExp): Promise<void> {
  await expect.poll(verdict, { timeout: 8_000, interval: 50 }).toMatch(expected);
}

beforeEach(() => {
  sandbox = createSandbox();
  rig = createMountRig();
});
afterEach(() => {
  sandbox.close();
  rig.remove();
});

describe('a storage proxy over a directory', () => {
  it('tells that it was removed, and that it is back', async () => {
    const path = join(sandbox.directory, 'volume');
    mkdirSync(path);
    await serve(path);
    rmSync(path, { recursive: true });
    await verdictIs(/^offline PATH_MISSING: the volume's path does not exist$/);
    writeFileSync(path, 'not a directory');
    await verdictIs(/^offline NOT_A_DIRECTORY: the volume's path is not a directory$/);
    rmSync(path);
    mkdirSync(path);
    await verdictIs(/^healthy OK: usable, \d+ % used$/);
  });

  it.skipIf(process.geteuid?.() !== 0)('tells that nobody but root may enter (needs root)', async () => {
    const path = rig.directory('closed');
    await serve(path);
    chmodSync(path, 0);
    await verdictIs(/^degraded PERMISSIONS_CLOSED: /);
    chmodSync(path, 0o755);
    await verdictIs(/^healthy OK: /);
  });
});

describe.skipIf(whyNoMounts !== null)(`a storage proxy over a mount${unlessMounts}`, () => {
  it('takes up a mount that came later, tells when it is full or read-only, and misses it when it is gone', async () => {
    const path = rig.directory('volume');
    await serve(path);
    rig.mount('-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', path);
    await verdictIs(/^healthy OK: mounted, 0 % used$/);
    const file = join(path, 'filler');
    writeFileSync(file, Buffer.alloc(950_000));
    await verdictIs(/^degraded NEARLY_FULL: /);
    writeFileSync(file, Buffer.alloc(2 ** 20));
    await verdictIs(/^degraded FULL: no space left$/);
    rmSync(file);
    rig.mount('-o', 'remount,ro', path);
    await verdictIs(/^degraded READ_ONLY: mounted read-only$/);
    rig.umount(path);
    await verdictIs(/^offline NOT_MOUNTED: nothing is mounted at the volume's path$/);
    rig.mount('-t', 'tmpfs', 'tmpfs', path);
    await verdictIs(/^healthy OK: mounted, 0 % used$/);
  }, 60_000);
});

describe.skipIf(whyNoFuse !== null)(`a storage proxy over a mount that hangs${unlessFuse}`, () => {
  it('says that it cannot tell, goes on answering, recovers by itself, and ends on SIGTERM all the same', async () => {
    const mountPoint = rig.directory('hung');
    const fuse = await mountFaultFs(mountPoint, ['volume']);
    await serve(fuse.path('volume'));
    await fuse.set({ 'getattr volume': 'hang', 'statfs volume': 'hang', 'statfs .': 'hang' });
    await verdictIs(/^unavailable CHECK_TIMEOUT: no answer in time$/);
    const response = await fetch(`${url}/manager-api/health`);
    expect([response.status, (await response.json()).status]).toEqual([200, 'healthy']);
    await fuse.set({});
    await verdictIs(/^healthy OK: /);
    await fuse.set({ 'getattr volume': 'hang', 'statfs volume': 'hang', 'statfs .': 'hang' });
    await verdictIs(/^unavailable CHECK_TIMEOUT: /);
    expect(await proxy.end()).toBe(0);
    fuse.kill();
  }, 60_000);
});
