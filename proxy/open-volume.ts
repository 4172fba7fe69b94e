import type { z } from 'zod';
import type { Backend, CheckDefinition, VolumeToOpen } from '../backends/backend.ts';
import { findBackend as findRegistered } from '../backends/register.ts';
import type { VolumeConfig } from '../schema/proxy-config.ts';
import type { Reason } from '../schema/reason.ts';

/** What volumes are opened with. */
export interface Means extends Pick<VolumeToOpen<unknown>, 'askMount' | 'share' | 'clock'> {
  /** A kind of storage by the name that it has in `[volume.X] backend`. Default: one that is registered. */
  readonly findBackend?: (name: string) => Backend | null;
}

/**
 * The checks of a configured volume: at least one. A volume that cannot be opened is not an error: it gets one check
 * that says why, and so is reported as `unavailable` like any other whose state cannot be told.
 */
export function openVolume(
  name: string,
  config: VolumeConfig,
  { findBackend = findRegistered, ...means }: Means,
): readonly CheckDefinition[] {
  const backend = findBackend(config.backend);
  if (backend === null) {
    return [unopenable(config, 'UNKNOWN_BACKEND', 'no such backend', `there is no backend "${config.backend}"`)];
  }
  const options = backend.options.safeParse(config.options ?? {});
  if (!options.success) {
    return [unopenable(config, 'BAD_OPTIONS', 'the options of the volume are wrong', describe(options.error))];
  }
  return backend.open({
    ...means,
    name,
    path: config.path,
    intervalMs: config.health_check_interval,
    timeoutMs: config.health_check_timeout,
    capacityWarnPercent: config.capacity_warn,
    mount: config.mount,
    writeIntervalMs: config.write_check ? config.write_check_interval : null,
    isApiOptional: config.api_unreachable === 'degraded',
    options: options.data,
  });
}

const describe = ({ issues }: z.ZodError): string =>
  [...new Set(issues.map(({ path, message }) => `${path.map(String).join('.') || 'options'}: ${message}`))].join('; ');

function unopenable(config: VolumeConfig, reason: Reason, summary: string, info: string): CheckDefinition {
  const intervalMs = config.health_check_interval;
  return {
    name: 'backend',
    intervalMs,
    timeoutMs: Math.min(intervalMs * 0.8, 1_000),
    ask: async () => ({ status: 'unknown', reason, summary, info }),
  };
}
