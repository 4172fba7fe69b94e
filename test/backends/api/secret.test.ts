import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { readSecret } from '../../../backends/api/secret.ts';

let dir = '';
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'volhealth-secret-'));
});
afterAll(() => rm(dir, { recursive: true }));

async function fileWith(content: string): Promise<string> {
  const file = join(dir, 'secret');
  await writeFile(file, content);
  return file;
}

function setEnv(value: string | undefined): string {
  const name = 'VOLHEALTH_TEST_SECRET';
  if (value === undefined) delete process.env[name];
  else process.env[name] = value;
  onTestFinished(() => {
    delete process.env[name];
  });
  return name;
}

describe('a secret', () => {
  it('is as it stands', async () => {
    expect(await readSecret(' as it is ')).toBe(' as it is ');
  });

  it('is what a variable holds now', async () => {
    const env = setEnv('one');
    expect(await readSecret({ env })).toBe('one');
    setEnv('two');
    expect(await readSecret({ env })).toBe('two');
  });

  it('is what a file holds now, without the line breaks and the mark around it', async () => {
    const file = await fileWith('one\n');
    expect(await readSecret({ file })).toBe('one');
    await fileWith('\uFEFF pässword two \r\n\n');
    expect(await readSecret({ file })).toBe(' pässword two ');
  });

  it('is not read from what may never answer', async () => {
    const file = join(dir, 'pipe');
    execFileSync('mkfifo', [file]);
    await expect(readSecret({ file })).rejects.toThrow(`${file} is not a regular file`);
    await expect(readSecret({ file: '/dev/zero' })).rejects.toThrow('/dev/zero is not a regular file');
    await expect(readSecret({ file: dir })).rejects.toThrow(`${dir} is not a regular file`);
  });

  it.each([
    ['a\nb', 'holds more than one line, or control characters'],
    ['a\u0000b', 'holds more than one line, or control characters'],
    [' \n', 'is empty or not there'],
  ])('is not what a file holds that cannot be sent: %j', async (content, problem) => {
    const file = await fileWith(content);
    await expect(readSecret({ file })).rejects.toThrow(`the file ${file} ${problem}`);
  });

  it('is named by its place when it is not there, never by what it holds', async () => {
    const env = setEnv(undefined);
    await expect(readSecret({ env })).rejects.toThrow(`the environment variable ${env} is empty or not there`);
    await expect(readSecret({ file: `${dir}/nowhere` })).rejects.toThrow(
      `the file ${dir}/nowhere cannot be read: ENOENT`,
    );
  });
});
