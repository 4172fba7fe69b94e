import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { buildSchema, parse as parseGraphql, validate } from 'graphql';
import { parse as parseToml } from 'smol-toml';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { BACKENDS } from '../../backends/register.ts';
import { parseManagerConfig } from '../../manager/config.ts';
import { parseProxyConfig } from '../../proxy/config.ts';
import { ManagerFile } from '../../schema/manager-config.ts';
import { ProxyConfig } from '../../schema/proxy-config.ts';
import { REASONS } from '../../schema/reason.ts';
import { INVARIANTS } from '../simulation/world/violation.ts';
import { blocksOf, PACKAGE, PAGES, read, ROOT } from './checkout.ts';
import { documentedTables, tablesOf } from './config-keys.ts';

describe('the example configurations', () => {
  it('have a storage proxy that is read without a warning', () => {
    const { config, warnings } = parseProxyConfig(read('docs/examples/storage-proxy.toml'), 'storage-proxy.toml');

    expect({ volumes: Object.keys(config.volume), warnings }).toEqual({
      volumes: ['local', 'shared', 'scratch', 'ceph', 'work'],
      warnings: [],
    });
  });

  it('have a manager that is read without a warning', () => {
    const { config, warnings } = parseManagerConfig(read('docs/examples/manager.toml'), 'manager.toml');

    expect({ proxies: Object.keys(config.proxies), warnings }).toEqual({ proxies: ['proxy1', 'proxy2'], warnings: [] });
  });

  it('name every key that there is, if only in a comment', () => {
    for (const [schema, example] of [
      [ProxyConfig, 'docs/examples/storage-proxy.toml'],
      [ManagerFile, 'docs/examples/manager.toml'],
    ] as const) {
      const keys = [...tablesOf(schema).values()].flat();
      const text = read(example);

      expect(keys.filter((key) => !new RegExp(`^(?:# )?(?:${key} =|\\[.*\\.${key}\\])`, 'm').test(text))).toEqual([]);
    }
  });

  it('have a file of Backend.AI that is read unchanged, with a warning only for a backend that is not there', () => {
    const file = 'backend-ai-storage-proxy.toml';

    const { config, warnings } = parseProxyConfig(read(`docs/examples/${file}`), file);

    const missing = Object.entries(config.volume).filter(([, { backend }]) => !BACKENDS.has(backend));
    expect(warnings).toEqual(
      missing.map(([name, { backend }]) =>
        expect.stringMatching(
          new RegExp(`^${file}:\\d+ {2}volume\\.${name}\\.backend {2}there is no backend "${backend}"`),
        ),
      ),
    );
    expect(Object.keys(config.volume)).toEqual(['home', 'gpfs-cluster']);
  });
});

describe('the pages', () => {
  it.each(PAGES)('%s links only to what is there', (page) => {
    const links = Array.from(read(page).matchAll(/\]\((?!https?:)([^)\s]+)\)/g), ([, link = '']) => link);

    expect(links.filter((link) => !leadsSomewhere(page, link))).toEqual([]);
  });

  it.each(PAGES)('%s shows only queries that the GraphQL schema allows', (page) => {
    const schema = buildSchema(read('schema.graphql'));

    const errors = blocksOf(page, 'graphql').flatMap((query) => validate(schema, parseGraphql(query)));

    expect(errors.map(({ message }) => message)).toEqual([]);
  });

  it.each(PAGES)('%s shows only JSON that is JSON', (page) => {
    expect(() => blocksOf(page, 'json').map((text) => JSON.parse(text) as unknown)).not.toThrow();
  });

  it.each(PAGES)('%s shows only configurations that are read without a warning', (page) => {
    const configs = blocksOf(page, 'toml').map((text) =>
      'proxies' in parseToml(text) ? parseManagerConfig(text, page) : parseProxyConfig(text, page),
    );

    expect(configs.flatMap(({ warnings }) => warnings)).toEqual([]);
  });

  it('show the typed consumer that is type-checked and run', () => {
    expect(blocksOf('README.md', 'ts')).toContain(read('docs/examples/consumer.ts'));
  });
});

describe('docs/configuration.md', () => {
  const schemas = new Map([...tablesOf(ProxyConfig), ...tablesOf(ManagerFile)]);
  const documented = documentedTables(read('docs/configuration.md'));

  it.each([...schemas])('has every key of %s, and no other', (table, keys) => {
    expect(documented.get(table)?.toSorted()).toEqual(keys.toSorted());
  });

  it('has no table that is not read', () => {
    expect([...documented.keys()].filter((table) => !schemas.has(table))).toEqual([]);
  });
});

describe('docs/backends.md', () => {
  const page = read('docs/backends.md');

  it.each([...BACKENDS].filter(([, { options }]) => optionsOf(options).length > 0))(
    'has every option of %s, and no other',
    (name, { options }) => {
      const [section = ''] = page.split(`\n## ${name === 'spectrumscale' ? 'gpfs' : name}\n`)[1]?.split(/^## /m) ?? [];
      const rows = Array.from(section.matchAll(/^\| `(\w+)` \|/gm), ([, key = '']) => key);

      expect(rows.filter((key) => !optionsOf(options).includes(key))).toEqual([]);
      expect(optionsOf(options).filter((key) => !section.includes(`\`${key}\``))).toEqual([]);
    },
  );
});

describe('docs/decisions.md', () => {
  it('has a reason for every dependency, and none for what is not one', () => {
    const [, section = ''] = read('docs/decisions.md').split(/^## Dependencies$/m);
    const rows = Array.from(section.split(/^## /m)[0]?.matchAll(/^\| (`.+?) \|/gm) ?? [], ([, cell = '']) => cell);
    const named = rows.flatMap((cell) => Array.from(cell.matchAll(/`([^`]+)`/g), ([, name = '']) => name));

    const { dependencies, devDependencies, optionalDependencies } = PACKAGE;
    expect(named.toSorted()).toEqual(
      Object.keys({ ...dependencies, ...devDependencies, ...optionalDependencies }).toSorted(),
    );
  });
});

describe('the reasons', () => {
  it.each(Object.entries(REASONS))(
    '%s is a code, and says in whole sentences what it means and what to do',
    (...entry) => {
      const [code, { meaning, remedy }] = entry;

      expect(code).toMatch(/^[A-Z]+(?:_[A-Z]+)*$/);
      expect(meaning).toMatch(/^[A-Z].+[^.]\.$/);
      expect(remedy).toMatch(/^[A-Z].+[^.]\.$/);
    },
  );
});

const LISTING = spawnSync('git', ['-c', 'safe.directory=*', 'ls-files', '-z'], { cwd: ROOT, encoding: 'utf8' });

describe('the committed files', () => {
  it.skipIf(LISTING.status !== 0)('hold no address of a package registry and no path of a machine', () => {
    const files = LISTING.stdout.split('\0').filter((path) => path !== '' && existsSync(ROOT + path));

    expect(files.flatMap((path) => foreignWords(read(path)).map((word) => `${path}: ${word}`))).toEqual([]);
  });

  it('would be seen to hold one', () => {
    // Put together here, or else this file itself would hold them.
    expect(foreignWords(`"resolved": "${['https:', '', 'registry.npmjs.org', 'zod'].join('/')}"`)).toHaveLength(1);
    expect(foreignWords(`see ${['', 'home', 'ann', 'volhealth', 'README.md'].join('/')}`)).toHaveLength(1);
    expect(foreignWords(`see ${['', 'Users', 'ann', 'volhealth'].join('/')}`)).toHaveLength(1);
    expect(foreignWords(`see ${ROOT}README.md`)).toHaveLength(1);
    expect(foreignWords('the volume home lies at /vfroot/home')).toEqual([]);
  });
});

interface JsonSchema {
  readonly properties?: Readonly<Record<string, JsonSchema>>;
}

/** The keys of a backend's options, those of tables within them instead of the tables. */
function optionsOf(options: z.ZodType): readonly string[] {
  const { properties = {} } = z.toJSONSchema(options, { io: 'input', unrepresentable: 'any' }) as JsonSchema;
  return Object.entries(properties).flatMap(([key, { properties: inner }]) => (inner ? Object.keys(inner) : [key]));
}

function foreignWords(text: string): string[] {
  const escaped = ROOT.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const patterns = [
    /https?:\/\/[^\s"'/]*(?:registry|npmjs)[^\s"'/]*/g,
    /(?<![\w.-])\/(?:home|Users)\/\w+\/[^\s"')]*/g,
    new RegExp(`(?<![\\w.])${escaped}[^\\s"')]*`, 'g'),
  ];
  return patterns.flatMap((pattern) => text.match(pattern) ?? []);
}

/** Whether a relative link leads to a file and, behind `#`, to a heading of it. */
function leadsSomewhere(page: string, link: string): boolean {
  const [path = '', anchor] = link.split('#');
  const target = path === '' ? page : join(dirname(page), path);
  if (!existsSync(ROOT + target)) return false;
  return anchor === undefined || headingsOf(target).includes(anchor);
}

/** The anchors of a page's headings, as forges make them. */
function headingsOf(page: string): string[] {
  return Array.from(read(page).matchAll(/^#+ (.+)$/gm), ([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  );
}

describe('docs/simulation.md', () => {
  it('has every invariant of the simulated world, in its words', () => {
    const rows = Array.from(read('docs/simulation.md').matchAll(/^\| `(\w+)` \| (.+) \|$/gm), ([, name, says]) => [
      name,
      says,
    ]);

    expect(rows).toEqual(Object.entries(INVARIANTS));
  });
});
