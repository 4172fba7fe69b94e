import { randomUUID } from 'node:crypto';
import { createMountPool } from '../../backends/mount/worker-pool.ts';
import { createProxyApp } from '../../proxy/app.ts';
import { parseProxyConfig } from '../../proxy/config.ts';
import { createInternalApp } from '../../proxy/internal-app.ts';
import { createStorageProxy } from '../../proxy/storage-proxy.ts';
import type { VolumeReport } from '../../schema/volume-report.ts';
import { loadConfig, parsedConfig } from '../config-source.ts';
import { listenAddress } from '../listen-address.ts';
import { createLog, levelOf } from '../log.ts';
import { openOwnCertificate } from '../own-certificate.ts';
import { PACKAGE_VERSION } from '../package-version.ts';
import { createProxyReload } from '../proxy-reload.ts';
import { reloadOnChange } from '../reload.ts';
import { systemClock } from '../system-clock.ts';
import { type Command, text } from '../run.ts';
import { serve } from '../serve.ts';

export const proxy: Command = {
  name: 'proxy',
  usage: '[-c FILE] [--listen HOST:PORT]',
  summary: 'Run a storage proxy: ask the volumes of a storage-proxy.toml, and serve their health.',
  help: `  -c, --config FILE    a storage-proxy.toml; default: one vfs volume over ./data/local
  --listen HOST:PORT   listen there, instead of what the file says

Serves what Backend.AI's manager asks, GET /health, /livez, /readyz, /volumes, /volume/hwinfo…, each also under
/manager-api, and tRPC at /trpc; at [volhealth] internal_listen, whole reports without the secret.
Ends cleanly on SIGTERM and Ctrl-C.
Reads its file again when it is written, and on SIGHUP; what cannot be used is refused, and the running one stays.
Exit codes: 0 ended by a signal; 2 it could not start.

Example:
  $ volhealth proxy -c /etc/backend.ai/storage-proxy.toml --listen 127.0.0.1:6122`,
  options: { config: { type: 'string', short: 'c' }, listen: { type: 'string' } },
  args: [0, 0],
  run: async (_, options) => {
    const file = text(options, 'config');
    const source = { kind: 'proxy', parse: parseProxyConfig } as const;
    const config = loadConfig(file, source);
    const address =
      listenAddress(text(options, 'listen')) ?? config.volhealth.listen ?? config.api.manager.service_addr;
    const log = createLog('proxy');
    const tls = await openOwnCertificate(config.api.manager, { table: 'api.manager', log });
    const pool = createMountPool();
    const storageProxy = createStorageProxy({
      config,
      version: PACKAGE_VERSION,
      epoch: randomUUID(),
      askMount: pool.ask,
      clock: systemClock,
      random: Math.random,
      onTransition: (volume, report) => {
        log(levelOf(report.reason), sentence(volume, report), {
          volume,
          status: report.status,
          degraded: report.degraded,
          reason: report.reason,
          state_type: report.state_type,
          status_info: report.status_info,
        });
      },
    });
    const onError = (error: unknown) => {
      log('error', 'internal error', { err: error });
    };
    const { volhealth: wording } = config;
    const reload = createProxyReload({ started: config, storageProxy, pool, tls, log });
    const app = createProxyApp({ proxy: storageProxy, secret: reload.secret, wording, onError });
    const internal = createInternalApp({ proxy: storageProxy, wording, onError });
    const { internal_listen } = config.volhealth;
    const key = '[volhealth] internal_listen';
    const stopReloading = reloadOnChange({
      file,
      running: config,
      read: () => parsedConfig(file, source),
      apply: reload.apply,
      log,
    });
    return serve({
      fetch: app.fetch,
      address,
      ...(internal_listen === undefined ? {} : { also: { fetch: internal.fetch, address: internal_listen, key } }),
      tls,
      log,
      onOpen: reload.onOpen,
      onStop: () => {
        stopReloading();
        tls?.stop();
        storageProxy.stop();
        pool.stop();
      },
    });
  },
};

const sentence = (volume: string, { status, degraded, status_info, state_type, attempt }: VolumeReport): string =>
  `volume ${volume} is ${status}${degraded ? ', degraded' : ''}: ${status_info ?? 'no details'}` +
  (state_type === 'soft' ? ` (seen ${attempt} of 3 times)` : '');
