import { randomUUID } from 'node:crypto';
import { createManagerApp } from '../../manager/app.ts';
import { parseManagerConfig } from '../../manager/config.ts';
import type { Transition } from '../../manager/announcer.ts';
import { createManager } from '../../manager/manager.ts';
import { loadFile, parsedConfig } from '../config-source.ts';
import { createLineLimit, type LineLimit } from '../line-limit.ts';
import { listenAddress } from '../listen-address.ts';
import { createLog, type Log, levelOf } from '../log.ts';
import { createManagerReload, type SaidConfig } from '../manager-reload.ts';
import { openOwnCertificate } from '../own-certificate.ts';
import { PACKAGE_VERSION } from '../package-version.ts';
import { openVfolderPlace } from '../postgres/vfolder-place.ts';
import { reloadOnChange } from '../reload.ts';
import { cpuMs, systemClock } from '../system-clock.ts';
import { type Command, text } from '../run.ts';
import { serve } from '../serve.ts';

export const manager: Command = {
  name: 'manager',
  usage: '[-c FILE] [--listen HOST:PORT]',
  summary: 'Run a manager: listen to the proxies of a manager.toml, poll them, and serve health over GraphQL and tRPC.',
  help: `  -c, --config FILE    a manager.toml; default: the proxy that "volhealth proxy" runs by default
  --listen HOST:PORT   listen there, instead of what the file says

Serves GraphQL at /graphql, tRPC at /trpc, /livez and /readyz. Reads its file again when it is written, and on
SIGHUP; what cannot be used is refused, and the running one stays. Ends cleanly on SIGTERM and Ctrl-C.
Exit codes: 0 ended by a signal; 2 it could not start.

Example:
  $ volhealth manager -c manager.toml`,
  options: { config: { type: 'string', short: 'c' }, listen: { type: 'string' } },
  args: [0, 0],
  run: async (_args, options) => {
    const file = text(options, 'config');
    const source = { kind: 'manager', parse: parseManagerConfig } as const;
    const { warnings: _, ...read } = loadFile(file, source);
    const address = listenAddress(text(options, 'listen')) ?? read.config.api.listen;
    const log = createLog('manager');
    const tls = await openOwnCertificate(read.config.api, { table: 'api', log });
    const reload = await createManagerReload(read, log);
    const { config, access } = reload;
    const vfolders = await openVfolderPlace(read.database, { log, warn: reload.warn, onHosts: reload.again });
    if (read.place === null && Object.keys(config.proxies).length === 0) {
      log('warn', 'no storage proxy is configured: [proxies.NAME], or [proxies] from = "etcd"');
    }
    const limit = createLineLimit(systemClock, {
      perMinute: MAX_LINES_A_MINUTE,
      onOmitted: (proxy, lines) =>
        log('warn', `${lines} more transitions of volumes of proxy ${proxy} within a minute`),
    });
    const service = createManager({
      config,
      accessOf: access.accessOf,
      epoch: randomUUID(),
      clock: systemClock,
      random: Math.random,
      cpuMs,
      vfolders: vfolders.source,
      onTransition: (transition) => say({ log, limit }, transition),
    });
    const app = createManagerApp({
      manager: service,
      version: PACKAGE_VERSION,
      graphiql: config.api.graphiql ?? isLoopback(address.host),
      subgraph: config.graphql.federation ? (await import('../../manager/graphql/subgraph.ts')).subgraph : null,
      onError: (error) => {
        log('error', 'internal error', { err: error });
      },
    });
    reload.start({ service, tls, vfolders });
    const stopReloading = reloadOnChange<SaidConfig>({
      file,
      running: read,
      read() {
        const { warnings, ...said } = parsedConfig(file, source);
        return { config: said, warnings };
      },
      apply: reload.apply,
      onRefused: (isRefused) => reload.warn('configuration', isRefused ? REFUSED : null),
      log,
    });
    return serve({
      fetch: app.fetch,
      address,
      tls,
      log,
      onStop: () => {
        stopReloading();
        reload.stop();
        vfolders.stop();
        tls?.stop();
        service.stop();
        limit.stop();
      },
    });
  },
};

const REFUSED = 'its configuration file was changed, and refused: the log says why; the configuration before goes on';

/** However many volumes a proxy has, and however wildly it speaks of them, a log must stay one that can be read. */
const MAX_LINES_A_MINUTE = 600;

function say({ log, limit }: { log: Log; limit: LineLimit }, transition: Transition): void {
  switch (transition.of) {
    case 'proxy': {
      const { data } = transition.event;
      const { proxy_name, current, error_message, volumes, reason } = data;
      if (reason === 'PROXY_NOT_CONFIGURED') {
        log('info', `proxy ${proxy_name} is no longer configured`, data);
        return;
      }
      const masked = volumes === 1 ? '; its volume is unknown' : `; its ${volumes} volumes are unknown`;
      const why = error_message === null ? '' : `: ${error_message}${volumes === 0 ? '' : masked}`;
      log(current === 'healthy' ? 'info' : 'error', `proxy ${proxy_name} is ${current}${why}`, data);
      return;
    }
    case 'volume': {
      const { data, subject } = transition.event;
      // What an outage of its proxy does to a volume is said once, of the proxy; so is a pause of the manager.
      if (data.caused_by !== null) return;
      const { current, is_degraded, status_info, reason } = data;
      const sentence = `volume ${subject} is ${current}${is_degraded ? ', degraded' : ''}: ${status_info ?? 'no details'}`;
      limit.write(data.proxy_name, () => log(levelOf(reason), sentence, data));
      return;
    }
    case 'observer': {
      const { data } = transition.event;
      const why = data.message === null ? '' : `: ${data.message}`;
      log(data.current === 'ok' ? 'info' : 'warn', `the manager itself is ${data.current}${why}`, data);
    }
  }
}

const isLoopback = (host: string): boolean => host === 'localhost' || host === '::1' || host.startsWith('127.');
