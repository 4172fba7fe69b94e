// The part of the FUSE protocol (linux/fuse.h, version 7.31) that a tree of directories, files and links needs: requests and
// replies. What the replies carry is in `fuse-bodies.ts`.

export const OPERATIONS = {
  1: 'lookup',
  2: 'forget',
  3: 'getattr',
  4: 'setattr',
  5: 'readlink',
  6: 'symlink',
  9: 'mkdir',
  10: 'unlink',
  11: 'rmdir',
  14: 'open',
  15: 'read',
  16: 'write',
  17: 'statfs',
  18: 'release',
  20: 'fsync',
  22: 'getxattr',
  25: 'flush',
  26: 'init',
  27: 'opendir',
  28: 'readdir',
  29: 'releasedir',
  35: 'create',
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

/** `null`: the kernel expects none. */
export type FuseReply = { readonly errno: number } | { readonly body: Buffer } | null;

export function readRequest(bytes: Buffer): FuseRequest {
  const listed: Record<number, Operation> = OPERATIONS;
  return {
    operation: listed[bytes.readUInt32LE(4)] ?? null,
    unique: bytes.readBigUInt64LE(8),
    node: bytes.readBigUInt64LE(16),
    body: bytes.subarray(40),
  };
}

export function writeReply(unique: bigint, reply: NonNullable<FuseReply>): Buffer {
  const errno = 'errno' in reply ? reply.errno : 0;
  const body = 'body' in reply ? reply.body : Buffer.alloc(0);
  const header = Buffer.alloc(16);
  header.writeUInt32LE(header.length + body.length, 0);
  header.writeInt32LE(-errno, 4);
  header.writeBigUInt64LE(unique, 8);
  return Buffer.concat([header, body]);
}

/** The name in a request, which follows `offset` bytes of numbers. */
export function nameIn(body: Buffer, offset = 0): string {
  return body.toString('utf8', offset, body.indexOf(0, offset));
}
