import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { findMissing } from './wanted-programs.ts';

/** An NFS server of this machine's own, which exports one directory as `/volume`. */
export interface NfsServer {
  /** As `mount` takes it. */
  readonly source: string;
  /** What `mount -o` needs to find it. */
  readonly mountOptions: string;
  /** Resolves once it listens. */
  readonly start: () => Promise<void>;
  readonly pause: () => void;
  readonly resume: () => void;
  /** Resolves once it is gone. */
  readonly kill: () => Promise<void>;
}

const ADDRESS = '127.0.0.1';
const PORT = 20_490;
const LOOK_MS = 50;

/** Says why there can be no such server here; `null` where there can. */
export const whyNoNfsServer: string | null = findMissing({ 'ganesha.nfsd': 'nfs-ganesha' });

/** NFS-Ganesha, which speaks NFS 4 and needs no other service. What it keeps lies in `directory`. */
export function createNfsServer(exported: string, directory: string): NfsServer {
  const config = join(directory, 'ganesha.conf');
  const recovery = join(directory, 'recovery');
  mkdirSync(recovery);
  writeFileSync(config, configOf(exported, recovery));
  let server: ChildProcess | null = null;
  return {
    source: `${ADDRESS}:/volume`,
    mountOptions: `addr=${ADDRESS},clientaddr=${ADDRESS},port=${PORT},vers=4.1`,
    async start() {
      const log = join(directory, 'ganesha.log');
      server = spawn('ganesha.nfsd', ['-F', '-f', config, '-L', log, '-p', join(directory, 'ganesha.pid')], {
        cwd: '/',
        stdio: 'ignore',
      });
      while (!(await isListening())) {
        if (server.exitCode !== null) throw new Error(`ganesha.nfsd ended with ${server.exitCode}`);
        await delay(LOOK_MS);
      }
    },
    pause: () => void server?.kill('SIGSTOP'),
    resume: () => void server?.kill('SIGCONT'),
    async kill() {
      if (server === null) return;
      server.kill('SIGKILL');
      await once(server, 'exit');
      server = null;
    },
  };
}

/** Its clients need not wait for others to come back after a restart, and the file system keeps its id. */
function configOf(exported: string, recovery: string): string {
  return `
NFS_CORE_PARAM { Protocols = 4; NFS_Port = ${PORT}; Enable_NLM = false; Enable_RQUOTA = false; fsid_device = true; }
NFSv4 { Graceless = true; Lease_Lifetime = 10; RecoveryRoot = "${recovery}"; }
EXPORT {
  Export_Id = 1; Path = "${exported}"; Pseudo = "/volume"; Filesystem_id = 1.1;
  Protocols = 4; Access_Type = RW; Squash = None; SecType = sys;
  FSAL { Name = VFS; }
}
LOG { Default_Log_Level = CRIT; }
`;
}

async function isListening(): Promise<boolean> {
  const socket = connect(PORT, ADDRESS);
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
