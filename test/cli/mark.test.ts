import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MARKER_NAME } from '../../backends/mount/mount-question.ts';
import { mountFaultFs, unlessFuse, whyNoFuse } from '../rigs/faultfs.ts';
import { createMountRig } from '../rigs/mounts.ts';
import { createSandbox, type Sandbox } from './volhealth.ts';

let sandbox: Sandbox;
beforeEach(() => {
  sandbox = createSandbox();
});
afterEach(() => {
  sandbox.close();
});
const at = (...names: string[]) => join(sandbox.directory, ...names);

/** A configuration of `vfs` volumes: at these paths, or in directories of the sandbox that have their names. */
function configure(volumes: Record<string, string | null>): void {
  const tables = Object.entries(volumes).map(([name, path]) => {
    if (path === null) mkdirSync(at(name));
    return `[volume.${name}]\nbackend = "vfs"\npath = "${path ?? at(name)}"\n`;
  });
  writeFileSync(at('p.toml'), `[api.manager]\nsecret = "s"\n${tables.join('')}`);
}
const mark = (...args: string[]) => sandbox.run('mark', ...args, '-c', 'p.toml');

describe('volhealth mark', () => {
  it('refuses a directory that is no mount point, and says how to have it nevertheless', async () => {
    configure({ a: null });
    const { code, stdout } = await mark('a');
    expect([code, stdout]).toEqual([
      1,
      `a: refused, ${at('a')} is not a mount point; if it is not meant to be one, say --not-a-mount\n`,
    ]);
  });

  it('marks one volume, and knows it again', async () => {
    configure({ a: null, b: null });
    const file = at('a', MARKER_NAME);
    expect(await mark('a', '--not-a-mount')).toMatchObject({ code: 0, stdout: `a: marked, ${file}\n` });
    expect(readFileSync(file, 'utf8')).toBe('a\n');
    expect(await mark('a', '--not-a-mount')).toMatchObject({ code: 0, stdout: `a: already marked, ${file}\n` });
    expect(() => readFileSync(at('b', MARKER_NAME))).toThrow('ENOENT');
  });

  it('marks all, and exits 1 where one is refused', async () => {
    configure({ a: null, b: null, c: null });
    writeFileSync(at('b', MARKER_NAME), 'a');
    const { code, stdout } = await mark('--all', '--not-a-mount');
    expect(code).toBe(1);
    expect(stdout.split('\n')).toEqual([
      expect.stringMatching(/^a: marked, /),
      expect.stringMatching(/^b: refused, .* says "a", expected "b"$/),
      expect.stringMatching(/^c: marked, /),
      '',
    ]);
  });

  it.each([
    [['nosuch'], 'there is no volume "nosuch"; configured: a, b'],
    [[], 'name one volume, or say --all'],
    [['a', '--all'], 'name one volume, or say --all'],
  ])('answers %j with what to do, exit 2', async (args, message) => {
    configure({ a: null, b: null });
    expect(await mark(...args)).toMatchObject({ code: 2, stdout: '', stderr: `volhealth mark: ${message}\n` });
  });

  it('has nothing to do where no volume is configured, exit 2', async () => {
    configure({});
    expect(await mark('--all')).toMatchObject({ code: 2, stderr: 'volhealth mark: there is no volume\n' });
  });
});

describe.skipIf(whyNoFuse !== null)(`volhealth mark and a mount that hangs${unlessFuse}`, () => {
  it('says so, marks the others, and ends', async () => {
    const rig = createMountRig();
    const storage = await mountFaultFs(rig.directory('volumes'), ['bad', 'good']);
    try {
      await storage.set({ 'statfs bad': 'hang' });
      configure({ bad: storage.path('bad'), good: storage.path('good') });
      const { code, stdout } = await mark('--all', '--not-a-mount');
      expect([code, stdout.split('\n')]).toEqual([
        1,
        ['bad: refused, the storage gave no answer within 5 s', expect.stringMatching(/^good: marked, /), ''],
      ]);
    } finally {
      storage.kill();
      rig.remove();
    }
  });
});
