import type { Dialect } from './dialect.ts';
import { gpfs } from './gpfs.ts';
import { netapp } from './netapp.ts';
import { pythonProxy } from './python-proxy.ts';
import { vast } from './vast.ts';
import { weka } from './weka.ts';

export interface KnownDialect {
  readonly dialect: Dialect;
  /** The option under which a volume names the URL. */
  readonly endpoint: string;
}

/** A fake that is no appliance, and so no backend of a volume: a manager is pointed at it. */
export interface KnownProxy {
  readonly dialect: Dialect;
}

/** Every appliance that can be faked, by its backend; a further one is a line here. */
export const DIALECTS: Readonly<Record<string, KnownDialect>> = {
  gpfs: { dialect: gpfs, endpoint: 'gpfs_endpoint' },
  weka: { dialect: weka, endpoint: 'weka_endpoint' },
  vast: { dialect: vast, endpoint: 'vast_endpoint' },
  netapp: { dialect: netapp, endpoint: 'netapp_ontap_endpoint' },
};

/** Everything that can be started by hand. */
export const FAKES: Readonly<Record<string, KnownDialect | KnownProxy>> = {
  ...DIALECTS,
  'python-proxy': { dialect: pythonProxy },
};
