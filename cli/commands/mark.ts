import { createMountPool } from '../../backends/mount/worker-pool.ts';
import { parseProxyConfig } from '../../proxy/config.ts';
import { markVolume } from '../../proxy/mark-volume.ts';
import { loadConfig } from '../config-source.ts';
import { systemClock } from '../system-clock.ts';
import { CannotRun, type Command, text } from '../run.ts';

export const mark: Command = {
  name: 'mark',
  usage: 'VOLUME|--all [-c FILE] [--not-a-mount]',
  summary: 'Write the marker file of a volume onto its storage, so that it is known again wherever it is mounted.',
  help: `  --all               every volume of the configuration
  -c, --config FILE   the storage-proxy.toml that has the volume; default: the embedded one, with "local"
  --not-a-mount       mark a directory that is no mount point, too: beware of the one beneath a mount that is gone

The file is .backend.ai-volume, and holds the volume's name. One that is there already is never overwritten.

Exit codes: 0 marked, now or before; 1 at least one volume was refused; 2 it cannot be asked.

Example:
  $ volhealth mark shared -c storage-proxy.toml
  shared: marked, /mnt/shared/.backend.ai-volume`,
  options: {
    all: { type: 'boolean' },
    config: { type: 'string', short: 'c' },
    'not-a-mount': { type: 'boolean' },
  },
  args: [0, 1],
  run: async ([wanted], options) => {
    const isAll = options['all'] === true;
    if (isAll === (wanted !== undefined)) throw new CannotRun('name one volume, or say --all');
    const { volume } = loadConfig(text(options, 'config'), { kind: 'proxy', parse: parseProxyConfig });
    const volumes = Object.entries(volume).filter(([name]) => isAll || name === wanted);
    if (volumes.length === 0) {
      const known = Object.keys(volume).join(', ') || 'none';
      throw new CannotRun(isAll ? 'there is no volume' : `there is no volume "${wanted}"; configured: ${known}`);
    }
    const pool = createMountPool();
    const notAMount = options['not-a-mount'] === true;
    const results = await Promise.all(
      volumes.map(([name, config]) => markVolume(name, config, { askMount: pool.ask, clock: systemClock, notAMount })),
    );
    pool.stop();
    for (const [index, { outcome, details }] of results.entries()) {
      console.log(`${volumes[index]?.[0]}: ${outcome}, ${details}`);
    }
    return results.some(({ outcome }) => outcome === 'refused') ? 1 : 0;
  },
};
