import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';

export interface CephPlan {
  /** Everything that the cluster writes lies in here. */
  readonly root: string;
  readonly fsid: string;
  readonly monPort: number;
}

/** The cephx user of the mount. */
export const CLIENT = 'client.volume';

const ADDRESS = '127.0.0.1';
const MGR_MODULES = '/usr/share/ceph/mgr';

/** A cluster of one of each daemon, which notices within seconds what others notice within minutes. */
export function cephConf({ root, fsid, monPort }: CephPlan): string {
  return `
[global]
fsid = ${fsid}
mon host = [v2:${ADDRESS}:${monPort}]
public addr = ${ADDRESS}
keyring = ${root}/keyring
run dir = ${root}
# A daemon without one does not answer "ceph tell".
admin socket = ${root}/$name.$pid.asok
crash dir = ${root}
log file = /dev/null
log to stderr = true
ms bind msgr1 = false
mon data = ${root}/mon
osd data = ${root}/osd
mgr data = ${root}/mgr
mds data = ${root}/mds
# One copy of everything.
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 8
osd pool default pg autoscale mode = off
osd crush chooseleaf type = 0
mon allow pool size one = true
auth allow insecure global id reclaim = false
# The disk below may be as full as it likes.
mon data avail warn = 2
mon data avail crit = 1
# Notice soon. A lone OSD has no peer that would report it: the monitor misses its beacon.
osd beacon report interval = 2
mon osd report timeout = 8
mon osd down out interval = 600
mds beacon interval = 1
mds beacon grace = 5
# A client that has died holds up a new metadata server so long.
mds reconnect timeout = 3
mon mgr beacon grace = 5
mgr stats period = 1
mgr tick period = 1
paxos propose interval = 0.05
paxos min wait = 0.01
# Small, and without what the manager has Python for: of it only the sizes are wanted.
bluestore block size = ${2 ** 30}
osd op num shards = 1
osd op num threads per shard = 2
osd memory target = 939524096
mds cache memory limit = 134217728
mgr initial modules =
mgr pool = false
mgr disabled modules = ${existsSync(MGR_MODULES) ? readdirSync(MGR_MODULES).join() : ''}
`;
}

/** The keys of all daemons and clients, in one file for all of them. */
export function cephKeyring(): string {
  const users = {
    'mon.': { mon: 'allow *' },
    'client.admin': { mon: 'allow *', osd: 'allow *', mds: 'allow *', mgr: 'allow *' },
    'mgr.a': { mon: 'allow profile mgr', osd: 'allow *', mds: 'allow *' },
    'osd.0': { mon: 'allow profile osd', mgr: 'allow profile osd', osd: 'allow *' },
    'mds.a': { mon: 'allow profile mds', osd: 'allow rwx', mds: 'allow *', mgr: 'allow profile mds' },
    [CLIENT]: { mon: 'allow r', osd: 'allow rw tag cephfs data=*', mds: 'allow rw' },
  };
  const entries = Object.entries(users).map(([user, caps]) => {
    const lines = Object.entries(caps).map(([daemon, cap]) => `caps ${daemon} = "${cap}"`);
    return [`[${user}]`, `key = ${newKey()}`, ...lines].join('\n');
  });
  return `${entries.join('\n')}\n`;
}

/** Type 1 (AES), an instant of zero, the length 16, and as many bytes. */
function newKey(): string {
  return Buffer.concat([Buffer.from('010000000000000000001000', 'hex'), randomBytes(16)]).toString('base64');
}
