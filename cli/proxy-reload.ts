import type { MountPool } from '../backends/mount/worker-pool.ts';
import type { StorageProxy } from '../proxy/storage-proxy.ts';
import type { ProxyConfig } from '../schema/proxy-config.ts';
import type { Log } from './log.ts';
import type { OwnCertificate } from './own-certificate.ts';
import type { ServeOptions } from './serve.ts';
import { changedKeys, sayChanges } from './what-changed.ts';

export interface ProxyReloadOptions {
  /** What the process was started with. */
  readonly started: ProxyConfig;
  readonly storageProxy: Pick<StorageProxy, 'reconfigure'>;
  readonly pool: Pick<MountPool, 'keepOnly'>;
  readonly tls?: Pick<OwnCertificate, 'reload'> | undefined;
  readonly log: Log;
}

/** What a reload puts into effect; anything else takes a restart. */
const RELOADED = /^(volume|storage_proxy)\.|^api\.manager\.(secret|ssl_cert|ssl_privkey|ssl_client_ca)$/;

/** Has a running storage proxy go on with another configuration. */
export function createProxyReload({ started, storageProxy, pool, tls, log }: ProxyReloadOptions) {
  let { secret } = started.api.manager;
  let cutStreams: (() => void) | null = null;

  return {
    secret: () => secret,
    onOpen: (open: Parameters<NonNullable<ServeOptions['onOpen']>>[0]): void => {
      ({ cutStreams } = open);
    },
    /** Puts into effect what it can, warns of what takes a restart, and says what is other than before. */
    apply: async (next: ProxyConfig): Promise<string> => {
      await tls?.reload(next.api.manager);
      const volumes = storageProxy.reconfigure(next);
      pool.keepOnly(Object.values(next.volume).map(({ path }) => path));
      const isOtherSecret = next.api.manager.secret !== secret;
      ({ secret } = next.api.manager);
      // Whoever came with the old one has no more right to it.
      if (isOtherSecret) cutStreams?.();
      const late = changedKeys(started, next).filter((key) => !RELOADED.test(key));
      if (late.length > 0) log('warn', `takes a restart: ${late.join(', ')}`);
      const said = sayChanges(volumes, { one: 'volume', many: 'volumes' });
      return [...said, ...(isOtherSecret ? ['another secret'] : [])].join(', ') || 'no volume changed';
    },
  };
}
