import { randomUUID } from 'node:crypto';
import { createManagerApp } from '../../manager/app.ts';
import { parseManagerConfig } from '../../manager/config.ts';
import type { Transition } from '../../manager/transitions.ts';
import { createManager } from '../../manager/manager.ts';
import { loadConfig } from '../config-source.ts';
import { listenAddress } from '../listen-address.ts';
import { createLog, type Level, levelOf } from '../log.ts';
import { PACKAGE_VERSION } from '../package-version.ts';
import { systemClock } from '../system-clock.ts';
import { proxyClients } from '../proxy-clients.ts';
import { type Command, text } from '../run.ts';
import { serve } from '../serve.ts';

export const manager: Command = {
  name: 'manager',
  usage: '[-c FILE] [--listen HOST:PORT]',
  summary: 'Run a manager: poll the proxies of a manager.toml, and serve health over GraphQL and tRPC.',
  help: `  -c, --config FILE    a manager.toml; default: the proxy that "volhealth proxy" runs by default
  --listen HOST:PORT   listen there, instead of what the file says

Serves GraphQL at /graphql, tRPC at /trpc, /livez and /readyz. Ends cleanly on SIGTERM and Ctrl-C.
Exit codes: 0 ended by a signal; 2 it could not start.

Example:
  $ volhealth manager -c manager.toml`,
  options: { config: { type: 'string', short: 'c' }, listen: { type: 'string' } },
  args: [0, 0],
  run: async (_, options) => {
    const config = loadConfig(text(options, 'config'), { kind: 'manager', parse: parseManagerConfig });
    const address = listenAddress(text(options, 'listen')) ?? config.api.listen;
    const log = createLog('manager');
    if (Object.keys(config.proxies).length === 0) log('warn', 'no storage proxy is configured: [proxies.NAME]');
    const service = createManager({
      config,
      clientOf: proxyClients(config.proxies),
      epoch: randomUUID(),
      clock: systemClock,
      random: Math.random,
      onTransition: (transition) => {
        log(levelFor(transition), sentence(transition), fieldsOf(transition));
      },
    });
    const app = createManagerApp({
      manager: service,
      version: PACKAGE_VERSION,
      graphiql: config.api.graphiql ?? isLoopback(address.host),
      onError: (error) => {
        log('error', 'internal error', { err: error });
      },
    });
    return serve({ fetch: app.fetch, address, log, onStop: service.stop });
  },
};

function levelFor(transition: Transition): Level {
  if (transition.of === 'volume') return levelOf(transition.current.reason);
  return transition.current.is_healthy ? 'info' : 'error';
}

function fieldsOf({ of, current }: Transition): Readonly<Record<string, unknown>> {
  if (of === 'proxy') {
    const { proxy_name, status, state_type, error_message } = current;
    return { proxy_name, status, state_type, error_message };
  }
  const { proxy_name, volume_id, status, is_degraded, reason, state_type, status_info, last_known_status } = current;
  return { proxy_name, volume_id, status, is_degraded, reason, state_type, status_info, last_known_status };
}

function sentence(transition: Transition): string {
  if (transition.of === 'proxy') {
    const { proxy_name, status, error_message } = transition.current;
    return `proxy ${proxy_name} is ${status}${error_message === null ? '' : `: ${error_message}`}`;
  }
  const { proxy_name, volume_id, status, is_degraded, status_info } = transition.current;
  return `volume ${proxy_name}:${volume_id} is ${status}${is_degraded ? ', degraded' : ''}: ${status_info ?? 'no details'}`;
}

const isLoopback = (host: string): boolean => host === 'localhost' || host === '::1' || host.startsWith('127.');
