import { z } from 'zod';
import { attempt } from '../attempt.ts';
import { apiTimeoutMs, type CheckAnswer, type CheckDefinition, type VolumeToOpen } from '../backend.ts';
import { CephAccess, type CephCommand, CephFailed, createCephCommand } from './ceph-command.ts';
import { FsGet, HealthDetail, judgeCluster, needsPools } from './judge-cluster.ts';

/** `[volume.X.options.cluster]`: with it, the cluster itself is asked beside the mount. */
export const ClusterOptions = CephAccess.extend({
  fs: z.string({ error: 'expected the name of the file system in its cluster' }).describe('Name of the file system.'),
});
export type ClusterOptions = z.infer<typeof ClusterOptions>;

/** Of the check's time; the rest is for saying that it was not enough. */
const SLICE = 0.9;

const FsLs = z.array(z.object({ name: z.string(), metadata_pool: z.string(), data_pools: z.array(z.string()) }));

const BY_KIND = {
  missing: ['TOOL_MISSING', 'the program to ask the cluster with is not installed'],
  refused: ['API_AUTH_FAILED', 'the cluster refuses our credentials'],
  'unknown name': ['FILESYSTEM_MISSING', 'the cluster has no file system of the configured name'],
  failed: ['API_UNREACHABLE', 'the cluster cannot be asked'],
} as const;

/**
 * The `backend` check of a CephFS volume: what its cluster says. It gives reasons and degrades; it never makes a
 * volume offline or unavailable, nor a dead mount healthy. That it cannot be made is a warning, too.
 */
export function clusterCheck(
  volume: Pick<VolumeToOpen<unknown>, 'intervalMs' | 'timeoutMs'>,
  { fs: fsName, ...access }: ClusterOptions,
  ceph: CephCommand = createCephCommand(access),
): CheckDefinition {
  const timeoutMs = apiTimeoutMs(volume);
  const sliceMs = Math.floor(timeoutMs * SLICE);
  return {
    name: 'backend',
    isAdvisory: true,
    intervalMs: volume.intervalMs,
    timeoutMs,
    async ask(signal) {
      const asked = await attempt(look, { signal, timeoutMs: sliceMs });
      return asked.ok ? asked.value : readFailed(asked.error, sliceMs);
    },
  };

  async function look(signal: AbortSignal): Promise<CheckAnswer> {
    const read = async <T>(schema: z.ZodType<T>, ...args: string[]): Promise<T> =>
      schema.parse(JSON.parse(await ceph(args, signal)));
    const [fs, health] = await Promise.all([read(FsGet, 'fs', 'get', fsName), read(HealthDetail, 'health', 'detail')]);
    if (!needsPools(health)) return judgeCluster({ fsName, fs, health });
    const own = (await read(FsLs, 'fs', 'ls')).find(({ name }) => name === fsName);
    const pools = own === undefined ? [] : [own.metadata_pool, ...own.data_pools];
    return judgeCluster({ fsName, fs, health, pools });
  }
}

function readFailed(error: Error, timeoutMs: number): CheckAnswer {
  if (error instanceof CephFailed) {
    const [reason, summary] = BY_KIND[error.kind];
    return { status: 'warn', reason, summary, info: error.message };
  }
  if (error.name === 'TimeoutError') {
    const [reason, summary] = BY_KIND.failed;
    return { status: 'warn', reason, summary, info: `no answer within ${timeoutMs / 1_000} s` };
  }
  const info = error instanceof z.ZodError ? z.prettifyError(error) : error.message;
  return {
    status: 'warn',
    reason: 'API_BAD_ANSWER',
    summary: 'the cluster gave an answer that cannot be read',
    info,
  };
}
