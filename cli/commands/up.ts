import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { embeddedDefault } from '../embedded.ts';
import { onHangup } from '../hangup.ts';
import { PACKAGE_VERSION } from '../package-version.ts';
import { DEFAULT_URL } from './status.ts';
import { CannotRun, type Command, text } from '../run.ts';
import { stopped } from '../stopped.ts';

const LAUNCHER = fileURLToPath(
  new URL(import.meta.url.endsWith('.ts') ? '../volhealth.js' : '../../../cli/volhealth.js', import.meta.url),
);
const STOP_WITHIN_MS = 5_000;

interface Service {
  readonly name: 'proxy' | 'manager';
  readonly child: ChildProcess;
  /** The URL it listens on; null if it ended before. */
  readonly ready: Promise<string | null>;
  /** It ends because we told it to. */
  isStopping: boolean;
}

export const up: Command = {
  name: 'up',
  usage: '[--proxy-config FILE --manager-config FILE]',
  summary: 'Run a storage proxy and a manager together, on this machine, each in a process of its own.',
  help: `  --proxy-config FILE     a storage-proxy.toml; default: one vfs volume "local" over ./data/local
  --manager-config FILE   a manager.toml; default: that proxy as "proxy1", and one example folder

If one of the two ends, the other goes on. Ctrl-C ends both; SIGHUP has both read their files again.
Exit codes: 0 ended by a signal; 2 one of them could not start.

Example:
  $ volhealth up`,
  options: { 'proxy-config': { type: 'string' }, 'manager-config': { type: 'string' } },
  args: [0, 0],
  run: async (_, options) => {
    const files = { proxy: text(options, 'proxy-config'), manager: text(options, 'manager-config') };
    if ((files.proxy === undefined) !== (files.manager === undefined)) {
      throw new CannotRun(
        '--proxy-config and --manager-config go together: each names the other by address and secret',
      );
    }
    console.log(`volhealth ${PACKAGE_VERSION}: starting a storage proxy and a manager`);
    if (files.proxy === undefined) {
      const directory = relative(process.cwd(), embeddedDefault().volumePath);
      console.log(`no storage-proxy.toml given: one vfs volume "local" over ./${directory}`);
    }
    const stopping = stopped().then(() => null);
    const services: Service[] = [];
    onHangup((hangup) => {
      // One that has only begun would end of it.
      if (hangup === 'reload') for (const { child, ready } of services) void ready.then(() => child.kill('SIGHUP'));
    });
    const started = async (name: Service['name']) => {
      const service = start(name, files[name]);
      services.push(service);
      return Promise.race([service.ready, stopping]);
    };
    // The manager comes second, so that its first poll finds somebody.
    const proxyUrl = await started('proxy');
    const managerUrl = proxyUrl === null ? null : await started('manager');
    const hasFailed = services.some(({ child }) => child.exitCode !== null || child.signalCode !== null);
    if (proxyUrl !== null && managerUrl !== null) {
      console.log(welcome(proxyUrl, managerUrl));
      for (const service of services) announceEnd(service, files[service.name]);
      await stopping;
    }
    await Promise.all(services.map(stop));
    return hasFailed ? 2 : 0;
  },
};

function start(name: Service['name'], config: string | undefined): Service {
  const args = [LAUNCHER, name, ...(config === undefined ? [] : ['-c', config])];
  const child = spawn(process.execPath, args, {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    env: { VOLHEALTH_LOG: 'text', ...process.env },
  });
  const ready = new Promise<string | null>((resolve) => {
    child.once('message', (message: { ready: string }) => {
      resolve(message.ready);
    });
    child.once('exit', () => {
      resolve(null);
    });
    child.once('error', (error) => {
      console.error(`the ${name} cannot be started: ${error.message}`);
      resolve(null);
    });
  });
  return { name, child, ready, isStopping: false };
}

function announceEnd(service: Service, config: string | undefined): void {
  const { name, child } = service;
  child.once('exit', (code, signal) => {
    if (service.isStopping) return;
    const again = `volhealth ${name}${config === undefined ? '' : ` -c ${config}`}`;
    console.log(`the ${name} has ended (${signal ?? `exit code ${code}`}); start it again with: npx ${again}`);
  });
}

async function stop(service: Service): Promise<void> {
  const { child } = service;
  service.isStopping = true;
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_WITHIN_MS);
  await ended;
  clearTimeout(timer);
}

const welcome = (proxyUrl: string, managerUrl: string): string => `
  health of the volumes, REST   ${proxyUrl}/manager-api/health
  health of everything, GraphQL ${managerUrl}/graphql
  in another terminal           npx volhealth status${managerUrl === DEFAULT_URL ? '' : ` --url ${managerUrl}`}

Ctrl-C ends both.
`;
