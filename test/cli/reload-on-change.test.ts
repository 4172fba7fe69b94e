import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { type ReloadOptions, reloadOnChange } from '../../cli/reload.ts';
import { CannotRun } from '../../cli/run.ts';
import { ConfigError } from '../../schema/config-file.ts';
import { settled } from '../fake-clock.ts';

interface Config {
  readonly value: string;
  readonly files?: readonly string[];
}

const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

/** Longer than it has to be quiet after a write. */
const soon = { timeout: 15_000, interval: 700 };

/** A service whose file the test owns. */
function createService(more: Partial<ReloadOptions<Config>> = {}) {
  const lines: string[] = [];
  const applied: string[] = [];
  const file: { config: Config; mistake: Error | null; warnings: string[] } = {
    config: { value: 'first' },
    mistake: null,
    warnings: [],
  };
  const end = reloadOnChange<Config>({
    file: 'service.toml',
    running: file.config,
    read: () => {
      if (file.mistake !== null) throw file.mistake;
      return { config: file.config, warnings: file.warnings };
    },
    apply: ({ value }, running) => {
      applied.push(`${running.value} -> ${value}`);
      return 'another value';
    },
    log: (level, line) => lines.push(`${level} ${line}`),
    ...more,
  });
  ends.push(end);
  return { file, lines, applied, end };
}

async function hangUp(): Promise<void> {
  process.emit('SIGHUP', 'SIGHUP');
  await settled();
}

describe('a service that is told to reload', () => {
  it('goes on with what its file says now, and says so', async () => {
    const { file, lines, applied } = createService();
    file.config = { value: 'second' };
    file.warnings = ['service.toml:1  tpyo  is not a key that is known here; it is ignored'];
    await hangUp();
    expect(applied).toEqual(['first -> second']);
    expect(lines).toEqual([
      'warn service.toml:1  tpyo  is not a key that is known here; it is ignored',
      'info reloaded service.toml: another value',
    ]);
  });

  it('does nothing where the file says what is running, and says so', async () => {
    const { file, lines, applied } = createService();
    file.config = { value: 'first' };
    await hangUp();
    expect([applied, lines]).toEqual([[], ['info service.toml says what is running: nothing to reload']]);
  });

  it('refuses a file with mistakes, names each, and takes it once it is mended', async () => {
    const { file, lines, applied } = createService();
    file.mistake = new ConfigError(['one', 'two'], ['careful']);
    await hangUp();
    file.mistake = new CannotRun('cannot read service.toml: there is no such file');
    await hangUp();
    expect(applied).toEqual([]);
    const refused = 'error not reloaded: service.toml cannot be used; the running configuration stays';
    expect(lines).toEqual([
      'warn careful',
      'error one',
      'error two',
      refused,
      'error cannot read service.toml: there is no such file',
      refused,
    ]);
    file.mistake = null;
    file.config = { value: 'second' };
    await hangUp();
    expect(applied).toEqual(['first -> second']);
  });

  it('has one reload under way at a time, and one more after it for all that comes meanwhile', async () => {
    const gates: PromiseWithResolvers<string>[] = [];
    const { file, lines } = createService({
      apply: () => {
        gates.push(Promise.withResolvers());
        return gates.at(-1)!.promise;
      },
    });
    file.config = { value: 'second' };
    await hangUp();
    file.config = { value: 'third' };
    await hangUp();
    await hangUp();
    expect(gates).toHaveLength(1);
    gates[0]?.resolve('2');
    await settled();
    expect(gates).toHaveLength(2);
    gates[1]?.resolve('3');
    await settled();
    expect(lines).toEqual(['info reloaded service.toml: 2', 'info reloaded service.toml: 3']);
  });

  it('says that there is no file where it has none', async () => {
    const { lines } = createService({ file: undefined });
    await hangUp();
    expect(lines).toEqual(['info nothing to reload: there is no configuration file, only the embedded default']);
  });

  it('hears no more once it has ended', async () => {
    const { file, applied, end } = createService();
    end();
    file.config = { value: 'second' };
    await hangUp();
    expect(applied).toEqual([]);
  });
});

describe('the files of a configuration', () => {
  it('are watched as the latest one names them', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'volhealth-reload-'));
    ends.push(() => rmSync(directory, { recursive: true, force: true }));
    const [main, other] = [join(directory, 'main'), join(directory, 'other')];
    for (const path of [main, other]) writeFileSync(path, '');
    const { file, applied } = createService({ file: main, filesOf: ({ files = [main] }) => files });
    file.config = { value: 'second', files: [main, other] };
    await hangUp();
    file.config = { value: 'third', files: [main] };
    // Watched files are looked at in the background at first.
    await expect.poll(() => (appendFileSync(other, ' '), applied), soon).toHaveLength(2);
  });

  it('are read without a word where they say what is running, or what was refused, once more', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'volhealth-reload-'));
    ends.push(() => rmSync(directory, { recursive: true, force: true }));
    const main = join(directory, 'main');
    writeFileSync(main, '');
    let reads = 0;
    let mistake: Error | null = null;
    const { lines } = createService({
      file: main,
      read: () => {
        reads += 1;
        if (mistake !== null) throw mistake;
        return { config: { value: 'first' }, warnings: ['careful'] };
      },
    });
    const readTimes = async (times: number) => {
      const before = reads;
      await expect.poll(() => (appendFileSync(main, ' '), reads), soon).toBeGreaterThanOrEqual(before + times);
    };
    await readTimes(2);
    expect(lines).toEqual([]);
    mistake = new CannotRun('no');
    await readTimes(2);
    const refused = ['error no', `error not reloaded: ${main} cannot be used; the running configuration stays`];
    expect(lines).toEqual(refused);
    mistake = null;
    await readTimes(2);
    expect(lines).toEqual([...refused, 'warn careful', `info ${main} says what is running: nothing to reload`]);
  });
});
