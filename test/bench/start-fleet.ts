import { fork } from 'node:child_process';

export type FleetOrder =
  | { readonly order: 'change'; readonly proxy: number; readonly volume: number; readonly serial: number }
  | { readonly order: 'churn'; readonly share: number }
  | { readonly order: 'streams'; readonly on: boolean };

export type FleetReply = { readonly listening: number } | { readonly serial: number; readonly atMs: number };

export interface FleetSize {
  readonly proxies: number;
  /** Of each proxy. */
  readonly volumes: number;
}

/** A fleet of simulated storage proxies in a process of its own: `proxyN` serves `volume0` and so on. */
export interface Fleet extends FleetSize {
  readonly secret: string;
  readonly urlOf: (proxy: number) => string;
  /** Turns a volume over; `serial` then stands in its `status_info`. Resolves with the instant, by the machine's clock. */
  readonly change: (host: { proxy: number; volume: number; serial: number }) => Promise<number>;
  /** The share of the checks that find another fill from now on. */
  readonly churn: (share: number) => void;
  /** Without streams `health.watch` is not found, and who reads one is cut: that leaves polling. */
  readonly streams: (on: boolean) => void;
  readonly stop: () => void;
}

const SECRET = 'of-the-fleet';

export async function startFleet({ proxies, volumes }: FleetSize): Promise<Fleet> {
  const args = [`${proxies}`, `${volumes}`, SECRET];
  const child = fork(new URL('./fleet.ts', import.meta.url), args, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const changed = new Map<number, (atMs: number) => void>();
  const port = await new Promise<number>((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`the fleet ended with ${code}`)));
    child.on('message', (reply: FleetReply) => {
      if ('listening' in reply) resolve(reply.listening);
      else changed.get(reply.serial)?.(reply.atMs);
    });
  });
  const tell = (order: FleetOrder) => child.send(order);
  return {
    proxies,
    volumes,
    secret: SECRET,
    // To an HTTP client each address is a server of its own, as proxies are.
    urlOf: (proxy) => `http://${process.platform === 'linux' ? loopback(proxy) : '127.0.0.1'}:${port}/p/proxy${proxy}`,
    change: (host) =>
      new Promise((resolve) => {
        changed.set(host.serial, (atMs) => {
          changed.delete(host.serial);
          resolve(atMs);
        });
        tell({ order: 'change', ...host });
      }),
    churn: (share) => tell({ order: 'churn', share }),
    streams: (on) => tell({ order: 'streams', on }),
    stop: () => child.kill('SIGKILL'),
  };
}

const loopback = (index: number): string => `127.1.${Math.floor(index / 250)}.${(index % 250) + 1}`;
