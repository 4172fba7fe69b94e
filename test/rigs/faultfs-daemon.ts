import { spawnSync } from 'node:child_process';
import { constants, openSync, read, writeSync } from 'node:fs';
import type { Fault, FaultFsState, Faults } from './faultfs.ts';
import { createFuseAnswers } from './fuse-answers.ts';
import * as wire from './fuse-wire.ts';
import { createMemoryTree } from './memory-tree.ts';

// The process behind `faultfs.ts`: forked with a mount point and the names of the directories in it.
// It is sent the faults to have, or nothing new, and says what state it is in then.

const [ENOENT, EINTR, ENOSPC, ENOSYS] = [2, 4, 28, 38];

const [mountPoint = '', ...names] = process.argv.slice(2);
const tree = createMemoryTree(names);
const answers = createFuseAnswers(tree);
const held = new Set<wire.FuseRequest>();
let faults: Faults = {};

const device = openSync('/dev/fuse', constants.O_RDWR);
const buffer = Buffer.alloc(1 << 18);

process.on('disconnect', leave);
process.on('message', (next: Faults | null) => {
  if (next !== null) {
    faults = next;
    const waiting = [...held];
    held.clear();
    for (const request of waiting) answer(request);
  }
  process.send?.(stateNow());
});
mount();
listen();
process.send?.(stateNow());

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
  if (request.operation === 'interrupt') return interrupt(request.body.readBigUInt64LE(0));
  const fault = faultOf(request);
  if (fault === 'hang' || fault === 'hang until killed') held.add(request);
  else reply(request, typeof fault === 'number' ? { errno: fault } : spoilt(request, fault));
}

/** Comes when somebody who waits is sent a signal. */
function interrupt(unique: bigint): void {
  for (const request of held) {
    if (request.unique !== unique || faultOf(request) !== 'hang until killed') continue;
    held.delete(request);
    reply(request, { errno: EINTR });
  }
}

function spoilt(request: wire.FuseRequest, fault: 'garbled' | 'half' | undefined): wire.FuseReply {
  if (fault === 'half') {
    const [fromBytes, bytes] = [request.body.readBigUInt64LE(8), request.body.readUInt32LE(16)];
    if (fromBytes > 0n) return { errno: ENOSPC };
    request.body.writeUInt32LE(Math.floor(bytes / 2), 16);
  }
  const well = answerWell(request);
  return fault === 'garbled' && well !== null && 'body' in well
    ? { body: well.body.map((byte) => ~byte) as Buffer }
    : well;
}

function answerWell({ operation, node, body }: wire.FuseRequest): wire.FuseReply {
  if (operation === null) return { errno: ENOSYS };
  // The first and the last request are about no node.
  const found = tree.find(node) ?? (operation === 'init' ? tree.find(1n) : undefined);
  return found === undefined ? { errno: ENOENT } : answers[operation](found, body);
}

function faultOf({ operation, node }: wire.FuseRequest): Fault | undefined {
  return operation === null ? undefined : faults[`${operation} ${tree.find(node)?.home ?? '.'}`];
}

function stateNow(): FaultFsState {
  const hanging = [...held].map(({ operation, node }) => `${operation} ${tree.find(node)?.home ?? '.'}`);
  return { files: tree.list(), hanging };
}

function reply({ unique }: wire.FuseRequest, answered: wire.FuseReply): void {
  if (answered === null) return;
  try {
    writeSync(device, wire.writeReply(unique, answered));
  } catch {
    // Whoever asked has been killed and no longer waits, or the mount is gone: nobody wants the answer.
  }
}
