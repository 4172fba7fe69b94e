// The part of the FUSE protocol (linux/fuse.h, version 7.31) that a tree of empty directories needs.

export const OPERATIONS = {
  1: 'lookup',
  2: 'forget',
  3: 'getattr',
  17: 'statfs',
  26: 'init',
  27: 'opendir',
  29: 'releasedir',
  36: 'interrupt',
  42: 'batch_forget',
} as const;
export type Operation = (typeof OPERATIONS)[keyof typeof OPERATIONS];

export interface FuseRequest {
  /** `null` for an operation that is not listed. */
  readonly operation: Operation | null;
  readonly unique: bigint;
  readonly node: bigint;
  readonly body: Buffer;
}

const DIRECTORY_MODE = 0o40_755;
const BLOCK_BYTES = 4_096;

export function readRequest(bytes: Buffer): FuseRequest {
  const listed: Record<number, Operation> = OPERATIONS;
  return {
    operation: listed[bytes.readUInt32LE(4)] ?? null,
    unique: bytes.readBigUInt64LE(8),
    node: bytes.readBigUInt64LE(16),
    body: bytes.subarray(40),
  };
}

export function writeReply(unique: bigint, reply: { errno: number } | { body: Buffer }): Buffer {
  const errno = 'errno' in reply ? reply.errno : 0;
  const body = 'body' in reply ? reply.body : Buffer.alloc(0);
  const header = Buffer.alloc(16);
  header.writeUInt32LE(header.length + body.length, 0);
  header.writeInt32LE(-errno, 4);
  header.writeBigUInt64LE(unique, 8);
  return Buffer.concat([header, body]);
}

export function initBody(): Buffer {
  const body = Buffer.alloc(64);
  body.writeUInt32LE(7, 0);
  body.writeUInt32LE(31, 4);
  body.writeUInt16LE(256, 16);
  body.writeUInt16LE(192, 18);
  body.writeUInt32LE(65_536, 20);
  return body;
}

/** Nothing in it is valid for any time, so that the kernel asks again each time. */
export function attributesBody(node: bigint): Buffer {
  return Buffer.concat([Buffer.alloc(16), attributes(node)]);
}

export function entryBody(node: bigint): Buffer {
  const entry = Buffer.alloc(40);
  entry.writeBigUInt64LE(node, 0);
  return Buffer.concat([entry, attributes(node)]);
}

export const openBody = (): Buffer => Buffer.alloc(16);

export function statfsBody(): Buffer {
  const body = Buffer.alloc(80);
  for (const [index, value] of [1_000n, 600n, 600n, 100n, 90n].entries()) body.writeBigUInt64LE(value, index * 8);
  body.writeUInt32LE(BLOCK_BYTES, 40);
  body.writeUInt32LE(255, 44);
  body.writeUInt32LE(BLOCK_BYTES, 48);
  return body;
}

function attributes(node: bigint): Buffer {
  const bytes = Buffer.alloc(88);
  bytes.writeBigUInt64LE(node, 0);
  bytes.writeUInt32LE(DIRECTORY_MODE, 60);
  bytes.writeUInt32LE(2, 64);
  bytes.writeUInt32LE(BLOCK_BYTES, 80);
  return bytes;
}
