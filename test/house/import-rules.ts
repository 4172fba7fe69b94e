import { posix } from 'node:path';

/** Source texts by path, relative to the repository. */
export type Sources = Readonly<Record<string, string>>;

interface Rule {
  /** Folders and files that it may import. */
  readonly values: readonly string[];
  /** Folders and files of which it may import types alone. */
  readonly types: readonly string[];
  /** Packages and modules of Node that it may import; null = any. */
  readonly packages: readonly string[] | null;
}

/** Who may import whom, beside what lies in its own folder. */
export const RULES: Readonly<Record<string, Rule>> = {
  schema: { values: [], types: [], packages: ['zod'] },
  probe: { values: [], types: ['schema'], packages: [] },
  backends: { values: ['schema'], types: [], packages: null },
  router: { values: ['schema'], types: [], packages: ['@trpc/server', 'hono', 'zod'] },
  client: { values: [], types: ['router'], packages: null },
  proxy: { values: ['schema', 'probe', 'backends', 'router'], types: [], packages: null },
  manager: {
    values: ['schema', 'probe', 'client', 'router/manager.ts', 'router/trpc-app.ts'],
    types: ['router'],
    packages: null,
  },
  cli: {
    values: ['schema', 'probe', 'backends', 'router', 'client', 'proxy', 'manager'],
    types: [],
    packages: null,
  },
  test: {
    values: ['schema', 'probe', 'backends', 'router', 'client', 'proxy', 'manager', 'cli'],
    types: [],
    packages: null,
  },
};

/** Files that are run: importing one would start it. */
export const ENTRY_POINTS = [
  'backends/mount/child.ts',
  'cli/main.ts',
  'cli/volhealth.js',
  'manager/graphql/print-schema.ts',
  'test/bench/fleet.ts',
  'test/bench/hung-mounts.ts',
  'test/bench/latency.ts',
  'test/bench/process-meter.ts',
  'test/bench/run.ts',
  'test/bench/scale.ts',
  'test/bench/subscribers.ts',
  'test/fakes/run.ts',
  'test/kernels/run.ts',
  'test/simulation/mutations/mutate.ts',
  'test/simulation/simulate.ts',
  'test/simulation/run/toy-worker.ts',
  'test/simulation/run/worker.ts',
] as const;

/** What only a worker process may run: each call in it may hang for good. */
const FOR_WORKERS = 'backends/mount/child';

/** One sentence for each import that the rules forbid. */
export function forbiddenImports(sources: Sources): string[] {
  return Object.entries(sources).flatMap(([file, source]) =>
    importsOf(source).flatMap((found) => {
      const fault = faultOf(file, found);
      return fault === null ? [] : [`${file} imports ${found.isType ? 'types of ' : ''}${found.specifier}: ${fault}`];
    }),
  );
}

/** Files that import each other in a circle, the first one again at the end; null if there is no circle. */
export function circularImport(sources: Sources): readonly string[] | null {
  const done = new Set<string>();
  for (const file of Object.keys(sources)) {
    const circle = visit(file, []);
    if (circle !== null) return circle;
  }
  return null;

  function visit(file: string, path: readonly string[]): readonly string[] | null {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
    if (done.has(file)) return null;
    for (const { specifier } of importsOf(sources[file] ?? '')) {
      const circle = specifier.startsWith('.') ? visit(targetOf(file, specifier), [...path, file]) : null;
      if (circle !== null) return circle;
    }
    done.add(file);
    return null;
  }
}

/** The packages that a source imports, without their subpaths; modules of Node are none. */
export function packagesOf(source: string): string[] {
  const specifiers = importsOf(source).map(({ specifier }) => specifier);
  return specifiers.filter((specifier) => !/^(?:\.|node:)/.test(specifier)).map(packageOf);
}

interface Import {
  readonly specifier: string;
  readonly isType: boolean;
}

/** Reads formatted code: an import or a re-export begins its line. `import { type X }` still loads the module. */
function importsOf(source: string): Import[] {
  const statements = source.matchAll(/^(?:import|export)\s+(?:(type)\s+)?(?:[\w$*,{}\s]+?\sfrom\s+)?'([^']+)'/gm);
  const calls = source.matchAll(/\bimport\(\s*'([^']+)'\s*\)/g);
  return [
    ...Array.from(statements, ([, type, specifier = '']) => ({ specifier, isType: type !== undefined })),
    ...Array.from(calls, ([, specifier = '']) => ({ specifier, isType: false })),
  ];
}

function faultOf(file: string, { specifier, isType }: Import): string | null {
  const folder = folderOf(file);
  const rule = RULES[folder];
  if (rule === undefined) return `there is no rule for the folder ${folder}`;
  if (!specifier.startsWith('.')) {
    const { packages } = rule;
    if (packages === null || packages.includes(packageOf(specifier))) return null;
    return `${folder} imports ${packages.join(' and ') || 'no package and nothing of Node'} only`;
  }
  const target = targetOf(file, specifier);
  if ((ENTRY_POINTS as readonly string[]).includes(target)) return 'an entry point is run, never imported';
  if (target.startsWith(`${FOR_WORKERS}/`) && !file.startsWith(FOR_WORKERS)) return 'only a worker process may run it';
  if (folderOf(target) === folder || includes(rule.values, target)) return null;
  if (includes(rule.types, target)) return isType ? null : 'only its types may be imported';
  return `${folder} may not import ${folderOf(target)}`;
}

const includes = (allowed: readonly string[], target: string): boolean =>
  allowed.includes(target) || allowed.includes(folderOf(target));

const targetOf = (file: string, specifier: string): string => posix.join(posix.dirname(file), specifier);

const folderOf = (path: string): string => path.split('/')[0] ?? '';

const packageOf = (specifier: string): string =>
  specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
