import { randomUUID } from 'node:crypto';
import { createMountPool } from '../../backends/mount/worker-pool.ts';
import { parseProxyConfig } from '../../proxy/config.ts';
import { createStorageProxy } from '../../proxy/storage-proxy.ts';
import type { HardwareMetadata } from '../../schema/hardware-metadata.ts';
import { loadConfig } from '../config-source.ts';
import { PACKAGE_VERSION } from '../package-version.ts';
import { systemClock } from '../system-clock.ts';
import { CannotRun, type Command, text } from '../run.ts';

export const probe: Command = {
  name: 'probe',
  usage: 'VOLUME [-c FILE] [--json]',
  summary: "Ask one volume's storage once, without any service running.",
  help: `  -c, --config FILE   the storage-proxy.toml that has the volume; default: the embedded one, with "local"
  --json              print the HardwareMetadata as JSON

Exit codes: 0 healthy (degraded or not); 1 offline or unavailable; 2 it cannot be asked.

Example:
  $ volhealth probe local
  local is healthy: usable, 15 % used`,
  options: { config: { type: 'string', short: 'c' }, json: { type: 'boolean' } },
  args: [1, 1],
  run: async ([name = ''], options) => {
    const config = loadConfig(text(options, 'config'), { kind: 'proxy', parse: parseProxyConfig });
    const volume = Object.hasOwn(config.volume, name) ? config.volume[name] : undefined;
    if (volume === undefined) {
      const known = Object.keys(config.volume).join(', ') || 'none';
      throw new CannotRun(`there is no volume "${name}"; configured: ${known}`);
    }
    const pool = createMountPool();
    const storageProxy = createStorageProxy({
      config: { ...config, volume: { [name]: volume } },
      version: PACKAGE_VERSION,
      epoch: randomUUID(),
      askMount: pool.ask,
      clock: systemClock,
      random: Math.random,
    });
    await storageProxy.check(name);
    const hwinfo = storageProxy.hwinfo(name);
    storageProxy.stop();
    pool.stop();
    if (hwinfo === null) throw new CannotRun(`volume "${name}" could not be opened`);
    console.log(options['json'] === true ? JSON.stringify(hwinfo, null, 2) : readable(name, hwinfo));
    return hwinfo.status === 'healthy' ? 0 : 1;
  },
};

function readable(name: string, { status, degraded, status_info, checks, metadata }: HardwareMetadata): string {
  const verdict = `${name} is ${status}${degraded ? ', degraded' : ''}: ${status_info ?? 'no details'}`;
  const lines = checks.map(
    (check) =>
      `  ${check.name}: ${check.status} ${check.reason}, ${check.duration_ms ?? 0} ms${check.info === null ? '' : `\n    ${check.info}`}`,
  );
  const left = metadata['not_checked'];
  return [verdict, ...lines, ...(Array.isArray(left) ? [`  not checked: ${left.map(String).join(', ')}`] : [])].join(
    '\n',
  );
}
