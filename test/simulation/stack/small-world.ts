import { createHash } from 'node:crypto';
import { parseManagerConfig } from '../../../manager/config.ts';
import { createManager, type Manager } from '../../../manager/manager.ts';
import { parseProxyConfig } from '../../../proxy/config.ts';
import { createStorageProxy, type StorageProxy } from '../../../proxy/storage-proxy.ts';
import { createFakeMounts } from '../../fake-mounts.ts';
import { replaceGlobals } from './globals.ts';
import { createJournal } from '../world/journal.ts';
import { createKernel, type Machine } from '../world/kernel.ts';
import { createRandom } from '../world/random.ts';
import type { Mangle } from './serve-over-wire.ts';
import { createStackTransport } from './stack-transport.ts';
import type { Subscriber } from '../world/transport.ts';
import { createWire, type Wire } from '../world/wire.ts';

export interface SmallWorldOptions {
  readonly seed: number;
  readonly volumes?: readonly string[];
  /** What becomes of what the proxy sends. */
  readonly mangle?: Mangle;
}

const VOLUMES = ['volume1', 'volume2', 'volume3'];

const proxyToml = (volumes: readonly string[]): string =>
  `[api.manager]\nsecret = "a shared secret"\n${volumes
    .map((name) => `[volume.${name}]\nbackend = "vfs"\npath = "/${name}"\nhealth_check_interval = "10s"`)
    .join('\n')}`;

const MANAGER_TOML = `
[proxies.proxy1]
manager_api = "http://proxy1"
secret = "a shared secret"
[[vfolder]]
id = "6f1c2a54-0a0b-4f6e-9a51-0123456789ab"
name = "photos"
host = "proxy1:volume1"
`;

/** One proxy and one manager that speak HTTP, and whoever listens to it. It has the process's globals until it ends. */
export async function createSmallWorld({ seed, volumes = VOLUMES, mangle = (chunk) => [chunk] }: SmallWorldOptions) {
  const sent = createHash('sha256');
  const sentBytes = new Map<Wire, number>();
  const transport = createStackTransport({
    mangleOn: (wire) => (chunk) => {
      sent.update(`${kernel.now()} `).update(chunk);
      sentBytes.set(wire, (sentBytes.get(wire) ?? 0) + chunk.length);
      return wire === proxyWire ? mangle(chunk) : [chunk];
    },
  });
  const kernel = createKernel({ drain: transport.drain, onHappened() {} });
  const restore = replaceGlobals(kernel, createRandom(seed, 'process'));
  const journal = createJournal(kernel.now);
  const mounts = createFakeMounts();
  const proxyWire = createWire(kernel, createRandom(seed, 'proxy wire'));
  const managerWire = createWire(kernel, createRandom(seed, 'manager wire'));
  const managerMachine = kernel.machine('manager1');
  const machines = [managerMachine];
  const way = { kernel, journal };
  let running: { readonly proxy: StorageProxy; readonly machine: Machine } | null = null;

  const startProxy = async (): Promise<void> => {
    const { config } = parseProxyConfig(proxyToml(volumes), 'storage-proxy.toml');
    const epoch = `proxy1@${kernel.now()}`;
    const machine = kernel.machine(epoch);
    machines.push(machine);
    const random = createRandom(seed, epoch).next;
    await on(machine, () => {
      const askMount = mounts.ask;
      const proxy = createStorageProxy({ config, version: '1.0.0', epoch, askMount, clock: machine.clock, random });
      running = { proxy, machine };
    });
    proxyWire.serve(machine);
  };
  const killProxy = (): void => {
    running?.machine.crash();
    proxyWire.serve();
    proxyWire.cut();
  };
  /** Has something happen on a machine, now. */
  const on = async (machine: Machine, run: () => void): Promise<void> => {
    kernel.after(0, machine, run);
    await kernel.advance(0);
  };

  let manager!: Manager;
  const managerOn = (): Manager => manager;
  const accessOf = (name: string) =>
    transport.accessOf({
      ...way,
      name,
      wire: proxyWire,
      client: managerMachine,
      random: createRandom(seed, 'access', kernel.now()),
      proxyOn: () => running!.proxy,
    });
  const subscribe = (kind: 'tRPC' | 'GraphQL', host: string | null = null): Subscriber & { machine: Machine } => {
    const client = kernel.machine(`client${machines.length}`);
    machines.push(client);
    const random = { ...createRandom(seed, client.name), chance: () => kind === 'tRPC' };
    const to = { ...way, wire: managerWire, client, random, name: client.name, managerOn, host };
    return { ...transport.subscribe(to), machine: client };
  };

  await startProxy();
  await on(managerMachine, () => {
    const { config } = parseManagerConfig(MANAGER_TOML, 'manager.toml');
    const { clock } = managerMachine;
    const random = createRandom(seed, 'manager').next;
    manager = createManager({ config, epoch: 'manager1', clock, random, cpuMs: managerMachine.cpuMs, accessOf });
  });
  managerWire.serve(managerMachine);

  return {
    kernel,
    journal,
    mounts,
    manager,
    managerMachine,
    proxyWire,
    managerWire,
    startProxy,
    killProxy,
    subscribe,
    on,
    compareSurfaces: () => transport.compareSurfaces(manager),
    /** So much has its server sent. */
    sentBytes: (wire: Wire) => sentBytes.get(wire) ?? 0,
    /** How many timers are set, on all machines. */
    timers: () => machines.reduce((sum, machine) => sum + machine.timers(), 0),
    connections: () => proxyWire.connections() + managerWire.connections(),
    stop: async (): Promise<void> => {
      await on(managerMachine, manager.stop);
      if (running !== null) await on(running.machine, running.proxy.stop);
    },
    /** Lets go of the globals, and says what all that was sent comes to. */
    release(): string {
      restore();
      return sent.digest('hex');
    },
  };
}

export type SmallWorld = Awaited<ReturnType<typeof createSmallWorld>>;

/** A story of everything that happens to a small world; says what all that was sent in it comes to. */
export async function tellStory(seed: number): Promise<string> {
  const world = await createSmallWorld({ seed });
  const { kernel, mounts, proxyWire, managerWire } = world;
  const [steady, slow] = [world.subscribe('tRPC'), world.subscribe('GraphQL')];
  await kernel.advance(15_000);
  slow.stall();
  for (const fault of [116, null, 5, 'hang', null] as const) {
    mounts.set('/volume1', fault);
    await kernel.advance(12_000);
    await world.compareSurfaces();
  }
  slow.resume();
  proxyWire.cut();
  await kernel.advance(3_000);
  proxyWire.hold('client');
  await kernel.advance(20_000);
  proxyWire.release('client');
  managerWire.cut();
  await kernel.advance(5_000);
  world.killProxy();
  await kernel.advance(20_000);
  await world.startProxy();
  await kernel.advance(30_000);
  for (const subscriber of [steady, slow]) subscriber.leave();
  await world.stop();
  await kernel.advance(30_000);
  return world.release();
}
