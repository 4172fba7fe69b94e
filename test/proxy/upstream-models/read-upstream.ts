import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { unless } from '../../rigs/mounts.ts';

/** Debian's own, because its packages bring pydantic and typeguard. */
const PYTHON = '/usr/bin/python3';
const SCRIPT = fileURLToPath(new URL('parse.py', import.meta.url));

export type UpstreamModel = 'HealthResponse' | 'HardwareMetadata' | 'VolumeList' | 'FsUsage';

/** Why Backend.AI's models cannot be had here; null where they can. */
export const whyNoModels: string | null = findObstacle();

export const unlessModels: string = unless(whyNoModels);

/** Has upstream's model read an answer; null: it is accepted, else why not. */
export function refusalOf(model: UpstreamModel, answer: unknown): string | null {
  const { status, stdout, stderr } = spawnSync(PYTHON, [SCRIPT], {
    input: JSON.stringify({ it: { as: model, answer } }),
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`${SCRIPT} failed: ${stderr}`);
  return (JSON.parse(stdout) as { it: string | null }).it;
}

function findObstacle(): string | null {
  const { error, status } = spawnSync(PYTHON, ['-c', 'import pydantic, typeguard']);
  if (error !== undefined) return `there is no ${PYTHON}`;
  return status === 0 ? null : 'python3 lacks pydantic or typeguard';
}
