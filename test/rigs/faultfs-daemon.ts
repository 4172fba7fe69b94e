import { spawnSync } from 'node:child_process';
import { constants, openSync, read, writeSync } from 'node:fs';
import type { Fault, Faults } from './faultfs.ts';
import * as wire from './fuse-wire.ts';

// The process behind `faultfs.ts`: forked with a mount point and the names of the directories in it.
// It is sent the faults to have, and says so once it has them.

const ENOENT = 2;
const ENOSYS = 38;
const ROOT = 1n;

const [mountPoint = '', ...names] = process.argv.slice(2);
const nodes = new Map(names.map((name, index) => [name, ROOT + 1n + BigInt(index)]));
const nameOf = new Map([[ROOT, '.'], ...[...nodes].map(([name, node]) => [node, name] as const)]);
const held = new Set<wire.FuseRequest>();
let faults: Faults = {};

const device = openSync('/dev/fuse', constants.O_RDWR);
const buffer = Buffer.alloc(1 << 18);

process.on('disconnect', leave);
process.on('message', (next: Faults) => {
  faults = next;
  const waiting = [...held];
  held.clear();
  for (const request of waiting) answer(request);
  process.send?.('set');
});
mount();
listen();
process.send?.('mounted');

function mount(): void {
  const options = `fd=3,rootmode=40755,user_id=0,group_id=0,allow_other`;
  const { status, stderr } = spawnSync('mount', ['-i', '-t', 'fuse.faultfs', '-o', options, 'faultfs', mountPoint], {
    stdio: ['ignore', 'ignore', 'pipe', device],
  });
  if (status !== 0) throw new Error(`mount: ${stderr.toString()}`);
}

/** A thread sits in a read of the device: an orderly exit would wait for it. */
function leave(): void {
  spawnSync('umount', ['--lazy', '--no-canonicalize', mountPoint]);
  process.kill(process.pid, 'SIGKILL');
}

function listen(): void {
  read(device, buffer, 0, buffer.length, null, (error, length) => {
    if (error === null) answer(wire.readRequest(Buffer.from(buffer.subarray(0, length))));
    else if (!['EINTR', 'ENOENT', 'EAGAIN'].includes(error.code ?? '')) return leave();
    listen();
  });
}

function answer(request: wire.FuseRequest): void {
  const fault = faultOf(request);
  held.delete(request);
  if (fault === 'hang') held.add(request);
  else if (fault !== undefined) reply(request, { errno: fault });
  else answerWell(request);
}

function faultOf({ operation, node }: wire.FuseRequest): Fault | undefined {
  return operation === null ? undefined : faults[`${operation} ${nameOf.get(node) ?? '.'}`];
}

function answerWell(request: wire.FuseRequest): void {
  const { operation, node, body } = request;
  if (operation === 'forget' || operation === 'batch_forget' || operation === 'interrupt') return;
  if (operation === 'init') reply(request, { body: wire.initBody() });
  else if (operation === 'lookup') {
    const found = nodes.get(body.toString('utf8', 0, body.indexOf(0)));
    reply(request, found === undefined ? { errno: ENOENT } : { body: wire.entryBody(found) });
  } else if (operation === 'getattr') reply(request, { body: wire.attributesBody(node) });
  else if (operation === 'opendir') reply(request, { body: wire.openBody() });
  else if (operation === 'statfs') reply(request, { body: wire.statfsBody() });
  else reply(request, operation === null ? { errno: ENOSYS } : { body: Buffer.alloc(0) });
}

function reply({ unique }: wire.FuseRequest, answered: { errno: number } | { body: Buffer }): void {
  try {
    writeSync(device, wire.writeReply(unique, answered));
  } catch {
    // Whoever asked has been killed and no longer waits, or the mount is gone: nobody wants the answer.
  }
}
