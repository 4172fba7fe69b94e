import { join } from 'node:path';
import type { CephCluster } from './ceph-cluster.ts';
import type { Fault } from './fault-table.ts';
import { runApart } from './run-apart.ts';

export type CephFault = keyof ReturnType<typeof cephFaults>;

const FILLER_BYTES = 2 ** 24;
const FULL_RATIOS = { nearfull: 0.001, backfillfull: 0.002, full: 0.003 };
const RATIOS = { nearfull: 0.85, backfillfull: 0.9, full: 0.95 };

/** What can befall a cluster and the mount of its file system, and how that is undone. */
export function cephFaults({ path, daemons, ceph, mount, unmount }: CephCluster) {
  const { mon, osd, mds, client } = daemons;
  const filler = join(path, 'filler');

  return {
    mdsStopped: { inject: () => mds.signal('SIGSTOP'), heal: () => mds.signal('SIGCONT') },
    mdsKilled: { inject: () => mds.kill(), heal: () => mds.start() },
    mdsReadOnly: { inject: () => run('tell mds.a force_readonly'), heal: restartMds },
    /** By its administrator: the cluster takes every metadata server away from it. */
    fsFailed: { inject: () => run('fs fail volume'), heal: () => run('fs set volume joinable true') },
    osdStopped: { inject: () => osd.signal('SIGSTOP'), heal: () => osd.signal('SIGCONT') },
    osdKilled: { inject: () => osd.kill(), heal: () => osd.start() },
    monStopped: { inject: () => mon.signal('SIGSTOP'), heal: () => mon.signal('SIGCONT') },
    clientStopped: { inject: () => client.signal('SIGSTOP'), heal: () => client.signal('SIGCONT') },
    clientKilled: { inject: () => client.kill(), heal: remount },
    clientEvicted: { inject: evict, heal: () => run('osd blocklist clear') },
    notMounted: { inject: unmountCleanly, heal: mount },
    full: { inject: () => fill(() => setRatios(FULL_RATIOS)), heal: () => setRatios(RATIOS) },
    poolQuota: {
      inject: () => fill(() => run(`osd pool set-quota data max_bytes ${FILLER_BYTES / 2}`)),
      heal: () => run('osd pool set-quota data max_bytes 0'),
    },
  } satisfies Record<string, Pick<Fault, 'inject' | 'heal'>>;

  async function run(command: string): Promise<void> {
    await ceph(command);
  }

  async function evict(): Promise<void> {
    await ceph('tell mds.a session evict state=open');
  }

  async function unmountCleanly(): Promise<void> {
    await unmount();
    // Else the next client waits a minute for what the last one held.
    await evict();
  }

  async function remount(): Promise<void> {
    await unmountCleanly();
    await mount();
  }

  async function restartMds(): Promise<void> {
    await mds.kill();
    mds.start();
  }

  async function fill(limit: () => Promise<void>): Promise<void> {
    await runApart('dd', ['if=/dev/zero', `of=${filler}`, 'bs=1M', `count=${FILLER_BYTES / 2 ** 20}`, 'conv=fsync']);
    await limit();
  }

  async function setRatios(ratios: typeof RATIOS): Promise<void> {
    for (const [name, ratio] of Object.entries(ratios)) await ceph(`osd set-${name}-ratio ${ratio}`);
  }
}
