import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'smol-toml';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSandbox, type Running, type Sandbox } from '../cli/volhealth.ts';
import { DIALECTS } from '../fakes/dialects.ts';
import { type Fake, startFake } from '../fakes/fake-server.ts';
import { type CephCluster, createCephCluster, unlessCeph, whyNoCeph } from '../rigs/ceph-cluster.ts';
import { shutDown } from '../rigs/disk-faults.ts';
import { createLoopDisk, type LoopDisk, whyNoDisk } from '../rigs/loop-disk.ts';
import { createMountRig, type MountRig, unless } from '../rigs/mounts.ts';

/** What a client of the manager sees of a volume. */
interface Seen {
  readonly status: string;
  readonly isDegraded: boolean;
  readonly statusInfo: string;
}

const SOON = { timeout: 15_000 };
const QUERY = '{ volumeHealthList { volumeId status isDegraded statusInfo } }';
const INTERVALS = { health_check_interval: '1s', health_check_timeout: '800ms' };
const whyNoXfs = whyNoDisk('xfs');

/** One proxy with a volume of every backend, and a manager that a GraphQL client asks. */
describe('one storage proxy with all backends', { timeout: 60_000 }, () => {
  const fakes: Record<string, Fake> = {};
  const paths: Record<string, string> = {};
  const pathOf = (name: string): string => paths[name]!;
  let sandbox: Sandbox;
  let rig: MountRig;
  let disk: LoopDisk | null = null;
  let cluster: CephCluster | null = null;
  let url = '';
  const services: Running[] = [];

  beforeAll(async () => {
    sandbox = createSandbox();
    rig = createMountRig();
    const volumes: Record<string, object> = {};
    for (const name of ['vfs', 'xfs', ...Object.keys(DIALECTS)]) paths[name] = rig.directory(name);
    volumes['vfs'] = { path: pathOf('vfs') };
    if (whyNoXfs === null) {
      disk = createLoopDisk(rig, 'xfs');
      volumes['xfs'] = { path: pathOf('xfs') };
      disk.mount(pathOf('xfs'));
    }
    if (whyNoCeph === null) {
      cluster = createCephCluster();
      await cluster.start();
      volumes['cephfs'] = { path: cluster.path };
    }
    for (const [name, { dialect, endpoint }] of Object.entries(DIALECTS)) {
      const fake = await startFake(dialect);
      fakes[name] = fake;
      // There is nothing to mount: a plain directory stands for it.
      const mount = { required: false };
      volumes[name] = { path: pathOf(name), mount, options: { [endpoint]: fake.url, ...fake.options } };
    }
    url = await startServices(volumes);
  }, 60_000);
  afterAll(async () => {
    sandbox.close();
    cluster?.remove();
    rig.remove();
    await Promise.all(Object.values(fakes).map((fake) => fake.close()));
  });

  async function startServices(volumes: Readonly<Record<string, object>>): Promise<string> {
    const volume = Object.fromEntries(
      Object.entries(volumes).map(([name, config]) => [name, { backend: name, ...INTERVALS, ...config }]),
    );
    const write = (file: string, config: object) => writeFileSync(join(sandbox.directory, file), stringify(config));
    write('p.toml', { api: { manager: { secret: 'shared' } }, volume });
    const proxy = sandbox.start('proxy', '-c', 'p.toml', '--listen', '127.0.0.1:0');
    services.push(proxy);
    const manager_api = await proxy.says(/listening on (http:\S+)/);
    write('m.toml', { proxies: { p: { manager_api, secret: 'shared', health_check_interval: '1s' } } });
    const manager = sandbox.start('manager', '-c', 'm.toml', '--listen', '127.0.0.1:0');
    services.push(manager);
    return manager.says(/listening on (http:\S+)/);
  }

  async function seen(): Promise<Readonly<Record<string, Seen>>> {
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(`${url}/graphql`, { method: 'POST', headers, body: JSON.stringify({ query: QUERY }) });
    const { data } = (await response.json()) as { data: { volumeHealthList: (Seen & { volumeId: string })[] } };
    return Object.fromEntries(data.volumeHealthList.map(({ volumeId, ...rest }) => [volumeId, rest]));
  }

  const names = async () => Object.keys(await seen()).toSorted();

  /** The volumes that are not simply healthy. */
  async function unwell(): Promise<readonly (readonly [string, Seen])[]> {
    return Object.entries(await seen()).filter(([, { status, isDegraded }]) => status !== 'HEALTHY' || isDegraded);
  }

  /** Waits until one volume is seen so, and all others are well. */
  async function verdictIs(name: string, expected: Partial<Seen>): Promise<void> {
    await expect.poll(unwell, SOON).toEqual([[name, expect.objectContaining(expected)]]);
  }

  it('shows them all, and all are well', async () => {
    const real = [...(disk === null ? [] : ['xfs']), ...(cluster === null ? [] : ['cephfs'])];
    await expect.poll(names, SOON).toEqual(['vfs', ...real, ...Object.keys(DIALECTS)].toSorted());
    await expect.poll(unwell, SOON).toEqual([]);
  });

  it.each([
    ['gpfs', 'degraded', 'GPFS cluster degraded, 7/8 nodes online'],
    ['weka', 'rebuilding', 'WEKA cluster degraded (REBUILDING 35 %), 33/36 drives up'],
    ['vast', 'cnode-failed', expect.stringContaining('7/8 CNodes active')],
    ['netapp', 'mixed', expect.stringContaining('1 of 8 FlexGroup members')],
  ])('shows that %s is %s, and nothing else changes', async (name, state, statusInfo) => {
    await fakes[name]?.setState(state);
    await verdictIs(name, { status: 'HEALTHY', isDegraded: true, statusInfo });
    await fakes[name]?.setState('well');
    await expect.poll(unwell, SOON).toEqual([]);
  });

  it.each([
    ['gpfs', 'all-down'],
    ['weka', 'stopped'],
    ['vast', 'offline'],
    ['netapp', 'offline'],
  ])('shows that %s is %s, and that it is mended', async (name, state) => {
    await fakes[name]?.setState(state);
    await verdictIs(name, { status: 'OFFLINE' });
    await fakes[name]?.setState('well');
    await expect.poll(unwell, SOON).toEqual([]);
  });

  it.each(
    Object.keys(DIALECTS).flatMap((name) =>
      (['refused', 'silent', 'echo'] as const).map((fault) => [name, fault] as const),
    ),
  )('cannot tell how %s is whose API is %s, until it answers again', async (name, fault) => {
    await fakes[name]?.setState(fault);
    await verdictIs(name, { status: 'UNAVAILABLE' });
    await fakes[name]?.setState('well');
    await expect.poll(unwell, SOON).toEqual([]);
  });

  it('shows that a directory is gone, and that it is back', async () => {
    rmSync(pathOf('vfs'), { recursive: true });
    await verdictIs('vfs', { status: 'OFFLINE', statusInfo: "the volume's path does not exist" });
    mkdirSync(pathOf('vfs'));
    await expect.poll(unwell, SOON).toEqual([]);
  });

  it.skipIf(whyNoXfs !== null)(`shows that an XFS has shut down${unless(whyNoXfs)}`, async () => {
    const path = pathOf('xfs');
    shutDown(path);
    await verdictIs('xfs', { status: 'OFFLINE', statusInfo: 'the file system answers with an error' });
    rig.umount(path);
    disk?.mount(path);
    await expect.poll(unwell, SOON).toEqual([]);
  });

  it.skipIf(whyNoCeph !== null)(`shows that a CephFS is no longer mounted${unlessCeph}`, async () => {
    await cluster?.unmount();
    await verdictIs('cephfs', { status: 'OFFLINE' });
    await cluster?.mount();
    await expect.poll(unwell, SOON).toEqual([]);
  });

  it('holds no secret in any line of its logs', () => {
    const logs = services.map(({ output }) => output()).join('');
    expect(logs).toContain('WEKA I/O STOPPED');
    const secrets = Object.values(fakes).flatMap((fake) => fake.secrets());
    expect(secrets.filter((secret) => logs.includes(secret))).toEqual([]);
  });
});
