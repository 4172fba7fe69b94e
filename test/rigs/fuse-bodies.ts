import { isDirectory, type MemoryNode } from './memory-tree.ts';

// What the replies of `fuse-wire.ts` carry. Nothing in them is valid for any time: the kernel asks again each time.

const BLOCK_BYTES = 4_096;
/** Bytes that were written are read from the page cache again, unless it is passed by. */
const KEEP_CACHE = 2;

export const EMPTY: Buffer = Buffer.alloc(0);

export function initBody(): Buffer {
  const body = Buffer.alloc(64);
  body.writeUInt32LE(7, 0);
  body.writeUInt32LE(31, 4);
  body.writeUInt16LE(256, 16);
  body.writeUInt16LE(192, 18);
  body.writeUInt32LE(65_536, 20);
  return body;
}

export function attributesBody(node: MemoryNode): Buffer {
  return Buffer.concat([Buffer.alloc(16), attributes(node)]);
}

export function entryBody(node: MemoryNode): Buffer {
  const entry = Buffer.alloc(40);
  entry.writeBigUInt64LE(node.id, 0);
  return Buffer.concat([entry, attributes(node)]);
}

export function openBody(): Buffer {
  const body = Buffer.alloc(16);
  body.writeUInt32LE(KEEP_CACHE, 8);
  return body;
}

export function countBody(bytes: number): Buffer {
  const body = Buffer.alloc(8);
  body.writeUInt32LE(bytes, 0);
  return body;
}

/** An extended attribute; to a caller who has no room for any, its size. */
export function xattrBody(value: string, roomBytes: number): Buffer {
  return roomBytes === 0 ? countBody(value.length) : Buffer.from(value);
}

/** As many entries from the `from`-th on as there is room for. */
export function entriesBody(directory: MemoryNode, from: number, roomBytes: number): Buffer {
  const entries = [...directory.entries.values()].map((node, index) => {
    const name = Buffer.from(node.name);
    const entry = Buffer.alloc(24 + Math.ceil(name.length / 8) * 8);
    entry.writeBigUInt64LE(node.id, 0);
    entry.writeBigUInt64LE(BigInt(index + 1), 8);
    entry.writeUInt32LE(name.length, 16);
    entry.writeUInt32LE(node.mode >> 12, 20);
    name.copy(entry, 24);
    return entry;
  });
  let room = roomBytes;
  return Buffer.concat(entries.slice(from).filter((entry) => (room -= entry.length) >= 0));
}

export function statfsBody(): Buffer {
  const body = Buffer.alloc(80);
  for (const [index, value] of [1_000n, 600n, 600n, 100n, 90n].entries()) body.writeBigUInt64LE(value, index * 8);
  body.writeUInt32LE(BLOCK_BYTES, 40);
  body.writeUInt32LE(255, 44);
  body.writeUInt32LE(BLOCK_BYTES, 48);
  return body;
}

function attributes(node: MemoryNode): Buffer {
  const bytes = Buffer.alloc(88);
  bytes.writeBigUInt64LE(node.id, 0);
  bytes.writeBigUInt64LE(BigInt(node.content.length), 8);
  for (const offset of [24, 32, 40]) bytes.writeBigUInt64LE(BigInt(node.changedAtSeconds), offset);
  bytes.writeUInt32LE(node.mode, 60);
  bytes.writeUInt32LE(isDirectory(node) ? 2 : 1, 64);
  bytes.writeUInt32LE(BLOCK_BYTES, 80);
  return bytes;
}
