import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { unless } from '../../rigs/mounts.ts';

const obstacle = findObstacle();
const MODULE = fileURLToPath(new URL('../../../backends/mount/own-rights.ts', import.meta.url));

describe.skipIf(obstacle !== null)(`a process may look anywhere${unless(obstacle)}`, () => {
  test.each([
    ['as root', [], true],
    ['as root without that capability', ['--bounding-set=-dac_override,-dac_read_search'], false],
    ['as anybody else', ['--reuid=65534', '--clear-groups'], false],
  ])('%s: %j → %j', (_, options, expected) => {
    const script = `import { mayLookAnywhere } from ${JSON.stringify(MODULE)}; console.log(mayLookAnywhere());`;
    const args = [...options, process.execPath, '--input-type=module', '--eval', script];
    const { stdout, stderr } = spawnSync('setpriv', args, { encoding: 'utf8', cwd: '/' });
    expect([stdout.trim(), stderr]).toEqual([String(expected), '']);
  });
});

function findObstacle(): string | null {
  if (process.platform !== 'linux') return 'it is about Linux';
  if (process.geteuid?.() !== 0) return 'only root can give up rights';
  return existsSync('/usr/bin/setpriv') ? null : 'there is no setpriv';
}
