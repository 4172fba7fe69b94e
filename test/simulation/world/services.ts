import { createManager, type Manager } from '../../../manager/manager.ts';
import { parseManagerConfig } from '../../../manager/config.ts';
import type { Transition } from '../../../manager/announcer.ts';
import type { ProxyAccess } from '../../../manager/proxy-link.ts';
import { parseProxyConfig } from '../../../proxy/config.ts';
import { createStorageProxy, type StorageProxy } from '../../../proxy/storage-proxy.ts';
import type { Machine } from './kernel.ts';
import type { Random } from './random.ts';
import type { Storages } from './storages.ts';
import type { ProxyPlan, Topology, VolumePlan } from './topology.ts';

// The services of a world, made as their commands make them: from configuration files.

export const SECRET = 'a shared secret';

export const FOLDER_ID = '6f1c2a54-0a0b-4f6e-9a51-0123456789ab';

export function startStorageProxy(
  { name }: ProxyPlan,
  volumes: readonly VolumePlan[],
  { machine, storages, random }: { machine: Machine; storages: Storages; random: Random },
): StorageProxy {
  const tables = volumes.map(
    (volume) =>
      `[volume.${volume.name}]\nbackend = "simulated"\npath = "/${volume.name}"\n` +
      `health_check_interval = ${volume.intervalMs / 1_000}\nhealth_check_timeout = ${volume.timeoutMs / 1_000}\n`,
  );
  const { config } = parseProxyConfig(`[api.manager]\nsecret = "${SECRET}"\n${tables.join('')}`, 'storage-proxy.toml');
  const backend = storages.backendFor(name, machine, volumes);
  return createStorageProxy({
    config,
    version: '1.0.0',
    epoch: machine.name,
    askMount: () => Promise.reject(new Error('nothing is mounted in a simulated world')),
    findBackend: () => backend,
    clock: machine.clock,
    random: random.next,
  });
}

export function startManagerOf(
  { proxies }: Topology,
  options: {
    readonly machine: Machine;
    readonly random: Random;
    readonly accessOf: (proxy: string) => ProxyAccess;
    readonly onTransition: (transition: Transition) => void;
  },
): Manager {
  const { machine, random, accessOf, onTransition } = options;
  const tables = proxies.map(
    ({ name, pollMs, pollTimeoutMs, volumes }, index) =>
      `[proxies.${name}]\nmanager_api = "http://${name}"\nsecret = "${SECRET}"\n` +
      `health_check_interval = ${pollMs / 1_000}\nhealth_check_timeout = ${pollTimeoutMs / 1_000}\n` +
      (index === 0 ? `volumes = ["${volumes[0]!.name}"]\n` : ''),
  );
  const folder = `[[vfolder]]\nid = "${FOLDER_ID}"\nname = "photos"\nhost = "${proxies[0]!.name}:volume1"\n`;
  const { config } = parseManagerConfig(`${tables.join('')}${folder}`, 'manager.toml');
  return createManager({
    config,
    epoch: machine.name,
    clock: machine.clock,
    random: random.next,
    cpuMs: machine.cpuMs,
    accessOf,
    onTransition,
  });
}
