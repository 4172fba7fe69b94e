import { parseManagerConfig } from '../../manager/config.ts';
import { parseProxyConfig } from '../../proxy/config.ts';
import { configKindOf } from '../config-kind.ts';
import { readConfig } from '../config-source.ts';
import type { Command } from '../run.ts';
import { databaseTlsOf } from '../postgres/open-vfolders.ts';
import { readClientTls } from '../client-tls.ts';
import { proxiesToCheck } from '../proxy-source.ts';
import { managerTlsWarnings, serverTlsWarnings } from '../tls-warnings.ts';

export const checkConfig: Command = {
  name: 'check-config',
  usage: 'FILE',
  summary: 'Say whether a storage-proxy.toml or manager.toml can be used, and name every mistake in it.',
  help: `Which of the two it is, is seen from its tables: [proxies.X], [[vfolder]] and [api] listen are a manager's.

Exit codes: 0 it can be used; 2 it cannot: one line a mistake, with file, line, key, and what is expected.

Example:
  $ volhealth check-config storage-proxy.toml
  storage-proxy.toml:12  volume.local.health_check_interval  expected a duration such as "30s" …, found "soon"`,
  options: {},
  args: [1, 1],
  run: async ([file = '']) => {
    const content = readConfig(file);
    if (configKindOf(content) === 'manager') {
      const read = parseManagerConfig(content, file);
      const { proxies, problems } = proxiesToCheck(read);
      const more = [...(await managerTlsWarnings({ ...read.config, proxies }))];
      const further = read.place?.kind === 'etcd' ? ', and those that etcd has, which was not asked' : '';
      const tls = read.database === null ? null : databaseTlsOf(read.database);
      if (tls !== null) more.push(...(await readClientTls(tls)).warnings);
      const folders = read.database === null ? '' : ', and the virtual folders of [db], which was not asked';
      const warnings = [...read.warnings, ...problems, ...more];
      report(file, warnings, `a manager with ${count(proxies, 'proxy', 'proxies')}${further}${folders}`);
    } else {
      const { config, warnings } = parseProxyConfig(content, file);
      const more = await serverTlsWarnings(config.api.manager, 'api.manager');
      report(file, [...warnings, ...more], `a storage proxy with ${count(config.volume, 'volume', 'volumes')}`);
    }
    return 0;
  },
};

function report(file: string, warnings: readonly string[], what: string): void {
  for (const warning of warnings) console.error(`warning: ${warning}`);
  console.log(`${file} is good: ${what}.`);
}

function count(table: object, one: string, many: string): string {
  const { length } = Object.keys(table);
  return `${length} ${length === 1 ? one : many}`;
}
