import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { BACKENDS, findBackend } from '../../backends/register.ts';

test('a backend is found by its name', () => {
  for (const [name, backend] of BACKENDS) expect(findBackend(name)).toBe(backend);
});

test.each(['', 'VFS', 'nfs3000', 'constructor', '__proto__'])('there is no backend %j', (name) => {
  expect(findBackend(name)).toBeNull();
});

test('every backend has a test of its own', () => {
  const untested = [...new Set(BACKENDS.values())]
    .map((backend) => [...BACKENDS].find(([, candidate]) => candidate === backend)?.[0])
    .filter((name) => !existsSync(new URL(`${name}.test.ts`, import.meta.url)));
  expect(untested).toEqual([]);
});
