import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { CannotRun } from './run.ts';

/** Where the embedded default keeps its example volume and its secret, below the current directory. */
const DATA = 'data';

export interface Embedded {
  readonly proxyToml: string;
  readonly managerToml: string;
  readonly volumePath: string;
}

/**
 * The configuration used where none is given: one `vfs` volume `local` over `./data/local`, behind a proxy `proxy1`,
 * with one example folder; loopback only. Makes the directory and, once, a secret that both services read.
 */
export function embeddedDefault(): Embedded {
  const volumePath = resolve(DATA, 'local');
  const secret = prepared(volumePath);
  return {
    volumePath,
    proxyToml: `
[storage-proxy]
node-id = "proxy1"

[api.manager]
service-addr = "127.0.0.1:6022"
secret = "${secret}"

[volume.local]
backend = "vfs"
path = ${JSON.stringify(volumePath)}
health_check_interval = "5s"
`,
    managerToml: `
[api]
listen = "127.0.0.1:6080"

[proxies.proxy1]
manager_api = "http://127.0.0.1:6022"
secret = "${secret}"
health_check_interval = "5s"
health_check_timeout = "2s"

[[vfolder]]
id = "6f1c2a54-0a0b-4f6e-9a51-0123456789ab"
name = "example"
host = "proxy1:local"
`,
  };
}

/** Makes what the default needs and gives the secret. */
function prepared(volumePath: string): string {
  try {
    mkdirSync(volumePath, { recursive: true });
    return secretIn(resolve(DATA));
  } catch (error) {
    throw new CannotRun(
      `the embedded default needs the directory ${resolve(DATA)}: ${(error as Error).message}; ` +
        'start in a directory that you may write to, or name a configuration file',
    );
  }
}

function secretIn(directory: string): string {
  const file = join(directory, 'secret');
  try {
    writeFileSync(file, randomBytes(24).toString('base64url'), { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  return readFileSync(file, 'utf8').trim();
}
