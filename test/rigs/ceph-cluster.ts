import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from '../cli/volhealth.ts';
import { CLIENT, cephConf, cephKeyring } from './ceph-conf.ts';
import { createDaemon, type Daemon } from './ceph-daemon.ts';
import { confArgument, createCephDirectory, dropMounts, mountsIn, removeCephDirectory } from './ceph-directory.ts';
import { whyNoFuse } from './faultfs.ts';
import { unless } from './mounts.ts';
import { runApart } from './run-apart.ts';

/** A real Ceph of one monitor, manager, OSD and MDS, and its file system, mounted by ceph-fuse. */
export interface CephCluster {
  /** Its `ceph.conf`, `keyring` and logs lie in here. */
  readonly root: string;
  /** Where it is mounted. No call of this process may ever touch it: the call may hang for good. */
  readonly path: string;
  readonly daemons: Readonly<Record<'mon' | 'mgr' | 'osd' | 'mds' | 'client', Daemon>>;
  /** Brings it up and mounts it. */
  readonly start: () => Promise<void>;
  /** Gives a command to the cluster, as its administrator, and resolves with what it prints. */
  readonly ceph: (command: string) => Promise<string>;
  readonly mount: () => Promise<void>;
  /** Takes the mount away, also one that hangs or whose client is dead. */
  readonly unmount: () => Promise<void>;
  /** Ends it, in whatever state it is, and removes what it wrote. */
  readonly remove: () => void;
}

const TOOLS = ['ceph', 'ceph-fuse', 'ceph-mds', 'ceph-mgr', 'ceph-mon', 'ceph-osd', 'getfattr', 'monmaptool'];
const START_MS = 30_000;
const LOOK_MS = 50;

/** Says why there can be no Ceph here; `null` where there can. */
export const whyNoCeph: string | null = whyNoFuse ?? missingTool();

export const unlessCeph: string = unless(whyNoCeph);

/** Nothing runs yet. */
export function createCephCluster(): CephCluster {
  const root = createCephDirectory();
  const path = join(root, 'mnt');
  const conf = confArgument(root);
  const log = (name: string) => join(root, `ceph-${name}.log`);
  const daemon = (name: string, ...args: string[]) => createDaemon([`ceph-${name}`, '-f', conf, ...args], log(name));
  const daemons = {
    mon: daemon('mon', '--id=a'),
    mgr: daemon('mgr', '--id=a'),
    osd: daemon('osd', '--id=0'),
    mds: daemon('mds', '--id=a'),
    client: daemon('fuse', `--name=${CLIENT}`, path),
  };
  const ceph = (command: string) => runApart('ceph', [conf, '--connect-timeout=10', ...command.split(' ')]);

  return { root, path, daemons, start, ceph, mount, unmount, remove: () => removeCephDirectory(root) };

  async function start(): Promise<void> {
    const [fsid, osd, monPort] = [randomUUID(), randomUUID(), await freePort()];
    for (const name of ['mon', 'osd', 'mnt']) mkdirSync(join(root, name));
    writeFileSync(join(root, 'ceph.conf'), cephConf({ root, fsid, monPort }));
    writeFileSync(join(root, 'keyring'), cephKeyring());

    const [monmap, keyring] = [join(root, 'monmap'), join(root, 'keyring')];
    const mon = ['--addv', 'a', `[v2:127.0.0.1:${monPort}]`, '--enable-all-features'];
    await runApart('monmaptool', ['--create', `--fsid=${fsid}`, ...mon, monmap]);
    await runApart('ceph-mon', ['--mkfs', conf, '--id=a', `--monmap=${monmap}`, `--keyring=${keyring}`]);
    daemons.mon.start();
    daemons.mgr.start();
    await ceph(`osd new ${osd}`);
    for (const pool of ['metadata', 'data']) await ceph(`osd pool create ${pool}`);
    await ceph('fs new volume metadata data');
    await runApart('ceph-osd', ['--mkfs', conf, '--id=0', `--osd-uuid=${osd}`]);
    daemons.osd.start();
    daemons.mds.start();
    await waitFor('mds', async () => (await ceph('mds stat')).includes('up:active'));
    await mount();
  }

  async function mount(): Promise<void> {
    daemons.client.start();
    await waitFor('fuse', () => mountsIn(root).length > 0);
  }

  async function unmount(): Promise<void> {
    dropMounts(root);
    await daemons.client.kill();
  }

  async function waitFor(name: 'mds' | 'fuse', isUp: () => boolean | Promise<boolean>): Promise<void> {
    const deadline = performance.now() + START_MS;
    while (!(await isUp())) {
      if (performance.now() > deadline)
        throw new Error(`ceph-${name} does not come up: ${readFileSync(log(name), 'utf8')}`);
      await delay(LOOK_MS);
    }
  }
}

function missingTool(): string | null {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const missing = TOOLS.find((tool) => !folders.some((folder) => existsSync(join(folder, tool))));
  return missing === undefined ? null : `there is no ${missing}`;
}
