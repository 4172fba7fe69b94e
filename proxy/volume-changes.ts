import { isDeepStrictEqual } from 'node:util';
import type { VolumeConfig } from '../schema/proxy-config.ts';

/** The names of the volumes, or of whatever else is configured by name, that are others than before. */
export interface VolumeChanges {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly changed: readonly string[];
}

type Configured = Readonly<Record<string, unknown>>;

export const NO_CHANGES: VolumeChanges = { added: [], removed: [], changed: [] };

export function changesBetween(before: Configured, after: Configured): VolumeChanges {
  const both = Object.keys(after).filter((name) => Object.hasOwn(before, name));
  return {
    added: Object.keys(after).filter((name) => !Object.hasOwn(before, name)),
    removed: Object.keys(before).filter((name) => !Object.hasOwn(after, name)),
    changed: both.filter((name) => !isDeepStrictEqual(before[name], after[name])),
  };
}

/** Whether the same storage is asked the same: what is known of one volume then holds of the other, too. */
export function isSameStorage(a: VolumeConfig, b: VolumeConfig): boolean {
  return isDeepStrictEqual(whatIsAsked(a), whatIsAsked(b));
}

/** All but how often and how patiently it is asked, and what is made of the answers. */
function whatIsAsked(config: VolumeConfig): object {
  const {
    health_check_interval,
    health_check_timeout,
    capacity_warn,
    write_check,
    write_check_interval,
    api_unreachable,
    fsprefix,
    ...what
  } = config;
  return what;
}
