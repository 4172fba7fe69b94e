import { constants } from 'node:fs';
import * as bodies from './fuse-bodies.ts';
import { type FuseReply, nameIn, type Operation } from './fuse-wire.ts';
import { DIRECTORY_MODE, FILE_MODE, LINK_MODE, type MemoryNode, type MemoryTree } from './memory-tree.ts';

/** What a healthy file system answers to each operation on a node. */
export type FuseAnswers = Record<Operation, (node: MemoryNode, body: Buffer) => FuseReply>;

const [ENOENT, EEXIST, ENOTEMPTY, ENODATA] = [2, 17, 39, 61];
/** Flags of `setattr`. */
const [SETS_SIZE, SETS_MTIME] = [8, 32];
/** Attributes that a metadata server answers. */
const XATTRS: Readonly<Record<string, string>> = { 'ceph.dir.rentries': '1' };

const done = (): FuseReply => ({ body: bodies.EMPTY });
const silent = (): FuseReply => null;

export function createFuseAnswers(tree: MemoryTree): FuseAnswers {
  return {
    init: () => ({ body: bodies.initBody() }),
    statfs: () => ({ body: bodies.statfsBody() }),
    getattr: (node) => ({ body: bodies.attributesBody(node) }),
    setattr: (node, body) => {
      const sets = body.readUInt32LE(0);
      if ((sets & SETS_SIZE) !== 0) resize(node, Number(body.readBigUInt64LE(16)));
      if ((sets & SETS_MTIME) !== 0) node.changedAtSeconds = Number(body.readBigUInt64LE(40));
      return { body: bodies.attributesBody(node) };
    },
    getxattr: (_, body) => {
      const value = XATTRS[nameIn(body, 8)];
      return value === undefined ? { errno: ENODATA } : { body: bodies.xattrBody(value, body.readUInt32LE(0)) };
    },
    lookup: ({ entries }, body) => {
      const found = entries.get(nameIn(body));
      return found === undefined ? { errno: ENOENT } : { body: bodies.entryBody(found) };
    },
    mkdir: (node, body) => {
      const made = make(node, nameIn(body, 8), DIRECTORY_MODE | (body.readUInt32LE(0) & 0o7_777));
      return made === null ? { errno: EEXIST } : { body: bodies.entryBody(made) };
    },
    create: (node, body) => {
      const found = node.entries.get(nameIn(body, 16));
      if (found !== undefined && (body.readUInt32LE(0) & constants.O_EXCL) !== 0) return { errno: EEXIST };
      const opened = found ?? tree.make(node, nameIn(body, 16), FILE_MODE | (body.readUInt32LE(4) & 0o7_777));
      return { body: Buffer.concat([bodies.entryBody(opened), bodies.openBody()]) };
    },
    symlink: (node, body) => {
      const name = nameIn(body);
      const made = make(node, name, LINK_MODE | 0o777);
      if (made === null) return { errno: EEXIST };
      made.content = Buffer.from(nameIn(body, Buffer.byteLength(name) + 1));
      return { body: bodies.entryBody(made) };
    },
    readlink: ({ content }) => ({ body: content }),
    unlink: remove,
    rmdir: remove,
    open: () => ({ body: bodies.openBody() }),
    opendir: () => ({ body: bodies.openBody() }),
    read: ({ content }, body) => {
      const from = Number(body.readBigUInt64LE(8));
      return { body: content.subarray(from, from + body.readUInt32LE(16)) };
    },
    readdir: (node, body) => ({
      body: bodies.entriesBody(node, Number(body.readBigUInt64LE(8)), body.readUInt32LE(16)),
    }),
    write: (node, body) => {
      const from = Number(body.readBigUInt64LE(8));
      const data = body.subarray(40, 40 + body.readUInt32LE(16));
      resize(node, Math.max(node.content.length, from + data.length));
      data.copy(node.content, from);
      return { body: bodies.countBody(data.length) };
    },
    flush: done,
    fsync: done,
    release: done,
    releasedir: done,
    forget: silent,
    batch_forget: silent,
    interrupt: silent,
  };

  function make(parent: MemoryNode, name: string, mode: number): MemoryNode | null {
    return parent.entries.has(name) ? null : tree.make(parent, name, mode);
  }
}

function remove({ entries }: MemoryNode, body: Buffer): FuseReply {
  const name = nameIn(body);
  if ((entries.get(name)?.entries.size ?? 0) > 0) return { errno: ENOTEMPTY };
  return entries.delete(name) ? done() : { errno: ENOENT };
}

function resize(node: MemoryNode, bytes: number): void {
  node.content = Buffer.concat([node.content, Buffer.alloc(bytes)], bytes);
}
