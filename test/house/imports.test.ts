import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { filesBelow, PACKAGE, read, ROOT } from './checkout.ts';
import { circularImport, ENTRY_POINTS, forbiddenImports, packagesOf, RULES, type Sources } from './import-rules.ts';

const FOLDERS = Object.keys(RULES);
const SOURCES = sourcesOf(FOLDERS);
const PRODUCT = sourcesOf(FOLDERS.filter((folder) => folder !== 'test'));

describe('the sources', () => {
  it('import only what the table of layers allows', () => {
    expect(forbiddenImports(SOURCES)).toEqual([]);
  });

  it('never import each other in a circle', () => {
    expect(circularImport(SOURCES)).toBeNull();
  });

  it('import only packages that come with the package, and each of those', () => {
    const imported = new Set(Object.values(PRODUCT).flatMap(packagesOf));

    expect([...imported].toSorted()).toEqual(Object.keys(PACKAGE.dependencies).toSorted());
  });

  it.each(ENTRY_POINTS)('have the entry point %s', (path) => {
    expect(existsSync(ROOT + path)).toBe(true);
  });
});

describe('the table of layers', () => {
  it.each([
    ['manager/x.ts', "import { foldChecks } from '../proxy/verdict.ts';", 'manager may not import proxy'],
    ['manager/x.ts', "import type { Backend } from '../backends/backend.ts';", 'manager may not import backends'],
    ['manager/x.ts', "import { appRouter } from '../router/proxy.ts';", 'only its types may be imported'],
    ['client/x.ts', "import { appRouter } from '../router/proxy.ts';", 'only its types may be imported'],
    ['client/x.ts', "import { type AppRouter } from '../router/proxy.ts';", 'only its types may be imported'],
    ['router/x.ts', "import type { CheckAnswer } from '../backends/backend.ts';", 'router may not import backends'],
    [
      'router/x.ts',
      "import { readFile } from 'node:fs/promises';",
      'router imports @trpc/server and hono and zod only',
    ],
    ['schema/x.ts', "import { parse } from 'smol-toml';", 'schema imports zod only'],
    ['schema/x.ts', "export { systemClock } from '../probe/clock.ts';", 'schema may not import probe'],
    ['probe/x.ts', "import { REASONS } from '../schema/reason.ts';", 'only its types may be imported'],
    ['probe/x.ts', "import { z } from 'zod';", 'probe imports no package and nothing of Node only'],
    ['backends/x.ts', "import type { Clock } from '../probe/clock.ts';", 'backends may not import probe'],
    ['backends/mount/x.ts', "import './child.ts';", 'an entry point is run, never imported'],
    ['backends/x.ts', "import { lookAt } from './mount/child/look.ts';", 'only a worker process may run it'],
    ['proxy/x.ts', "import { createProxyClient } from '../client/index.ts';", 'proxy may not import client'],
    ['proxy/x.ts', "const { run } = await import('../cli/run.ts');", 'proxy may not import cli'],
    ['cli/commands/x.ts', "import { ROOT } from '../../test/house/checkout.ts';", 'cli may not import test'],
    ['test/x.test.ts', "import '../cli/main.ts';", 'an entry point is run, never imported'],
    ['extra/x.ts', "import { z } from 'zod';", 'there is no rule for the folder extra'],
  ])('forbids in %s: %s', (file, source, fault) => {
    expect(forbiddenImports({ [file]: source })).toEqual([expect.stringMatching(new RegExp(`: ${fault}$`))]);
  });

  it.each([
    ['client/x.ts', "import type { AppRouter } from '../router/proxy.ts';"],
    ['manager/x.ts', "import { managerRouter } from '../router/manager.ts';"],
    ['manager/x.ts', "import type { AppRouter } from '../router/proxy.ts';"],
    ['probe/x.ts', "import type { StateType } from '../schema/status.ts';"],
    ['cli/x.ts', "import { createMountPool } from '../backends/mount/worker-pool.ts';"],
    ['router/x.ts', "import {\n  initTRPC,\n  tracked,\n} from '@trpc/server';\nconst name = 'node:fs';"],
  ])('allows in %s: %s', (file, source) => {
    expect(forbiddenImports({ [file]: source })).toEqual([]);
  });

  it('finds an import that is spread over lines', () => {
    const source = "import {\n  one,\n  two,\n} from '../manager/snapshot.ts';";

    expect(forbiddenImports({ 'proxy/x.ts': source })).toHaveLength(1);
  });

  it('finds a circle, and names who is in it', () => {
    const sources = {
      'a/start.ts': "import { b } from '../b/one.ts';",
      'b/one.ts': "import { c } from './two.ts';",
      'b/two.ts': "export * from './one.ts';",
    };

    expect(circularImport(sources)).toEqual(['b/one.ts', 'b/two.ts', 'b/one.ts']);
  });
});

function sourcesOf(folders: readonly string[]): Sources {
  return Object.fromEntries(folders.flatMap((folder) => filesBelow(folder, '.ts')).map((path) => [path, read(path)]));
}
