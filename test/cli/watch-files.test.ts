import { appendFileSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { watchFiles } from '../../cli/watch-files.ts';

const directory = mkdtempSync(join(tmpdir(), 'volhealth-watch-'));
const at = (name: string): string => join(directory, name);
const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
  rmSync(directory, { recursive: true, force: true });
});

const soon = { timeout: 5_000, interval: 20 };

describe('watched files', () => {
  it('are told of when written, replaced, reached by another link, made or removed', async () => {
    let changes = 0;
    writeFileSync(at('one'), 'a');
    writeFileSync(at('two'), 'b');
    symlinkSync(at('one'), at('link'));
    ends.push(watchFiles([at('one'), at('link'), at('later')], () => (changes += 1)));
    // What it was like at first is looked up in the background.
    await expect.poll(() => (appendFileSync(at('one'), 'b'), changes), soon).toBeGreaterThan(0);
    const acts = [
      () => {
        writeFileSync(at('fresh'), 'c');
        renameSync(at('fresh'), at('one'));
      },
      () => {
        symlinkSync(at('two'), at('other'));
        renameSync(at('other'), at('link'));
      },
      () => writeFileSync(at('later'), 'd'),
      () => rmSync(at('later')),
    ];
    for (const act of acts) {
      const before = changes;
      act();
      await expect.poll(() => changes, soon).toBeGreaterThan(before);
    }
  });
});
