import { mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HardwareMetadata } from '../../schema/hardware-metadata.ts';
import { createSandbox, type Sandbox } from './volhealth.ts';

let sandbox: Sandbox;
let volume: string;

beforeEach(() => {
  sandbox = createSandbox();
  volume = join(sandbox.directory, 'volume');
  mkdirSync(volume);
});
afterEach(() => {
  sandbox.close();
});

const write = (name: string, text: string): string => {
  const file = join(sandbox.directory, name);
  writeFileSync(file, text);
  return name;
};
const proxyToml = (more = '') =>
  write('storage-proxy.toml', `[api.manager]\nsecret = "s"\n[volume.v]\nbackend = "vfs"\npath = "${volume}"\n${more}`);

describe('volhealth', () => {
  it('says how it is used when it is asked nothing, and that this was wrong', async () => {
    const { code, stdout } = await sandbox.run();
    expect(code).toBe(2);
    expect(stdout).toMatch(/^Usage: volhealth COMMAND/);
  });

  it.each(['up', 'proxy', 'manager', 'status', 'probe', 'check-config', 'version'])(
    '%s --help says what it does, its exit codes and an example',
    async (command) => {
      const { code, stdout } = await sandbox.run(command, '--help');
      expect(code).toBe(0);
      expect(stdout).toMatch(new RegExp(`^Usage: volhealth ${command}`));
      expect(stdout).toMatch(/Exit codes: [^]*Example:\n {2}\$ volhealth/);
    },
  );

  it.each([
    [['stauts'], 'volhealth: there is no command "stauts"; see volhealth --help'],
    [['stat'], 'volhealth: there is no command "stat"; did you mean "status"?'],
    [['status', '--jsno'], "volhealth status: Unknown option '--jsno'; see volhealth status --help"],
    [['probe'], 'volhealth probe: usage: volhealth probe VOLUME [-c FILE] [--json]'],
    [['probe', 'v', '-c', 'nope.toml'], 'volhealth probe: cannot read nope.toml: there is no such file'],
    [['proxy', '--listen', 'here'], 'volhealth proxy: --listen expects HOST:PORT such as 127.0.0.1:6022, found "here"'],
    [['status', '--url', 'here'], 'volhealth status: --url expects a URL such as http://127.0.0.1:6080, found "here"'],
  ])('%j is answered with what to do, exit 2', async (args, message) => {
    const { code, stderr } = await sandbox.run(...args);
    expect([code, stderr.trim()]).toEqual([2, message]);
  });
});

describe('a file that is not what the command needs', () => {
  it('is refused by the manager where it is a proxy, and the other way round', async () => {
    const toml = proxyToml();
    const manager = write('manager.toml', '[proxies.p]\nmanager_api = "http://x"\nsecret = "s"\n');
    expect((await sandbox.run('manager', '-c', toml)).stderr).toBe(
      'volhealth manager: storage-proxy.toml is the configuration of a proxy\n',
    );
    const { code, stderr } = await sandbox.run('proxy', '-c', manager);
    expect([code, stderr]).toEqual([2, 'volhealth proxy: manager.toml is the configuration of a manager\n']);
  });

  it('is known by a table that only a manager has', async () => {
    const file = write('federation.toml', '[graphql]\nfederation = true\n');
    expect((await sandbox.run('proxy', '-c', file)).stderr).toBe(
      'volhealth proxy: federation.toml is the configuration of a manager\n',
    );
  });

  it('is refused where it has tables of both, or is a directory', async () => {
    const both = write('both.toml', '[proxies.p]\n[volume.v]\n');
    expect((await sandbox.run('check-config', both)).stderr).toBe(
      'volhealth check-config: the file has tables of a proxy and of a manager: they have a file each\n',
    );
    expect((await sandbox.run('check-config', 'volume')).stderr).toBe(
      'volhealth check-config: cannot read volume: it is a directory\n',
    );
  });

  it('is refused by up where the other one is missing', async () => {
    const { code, stderr } = await sandbox.run('up', '--proxy-config', proxyToml());
    expect([code, stderr]).toEqual([
      2,
      'volhealth up: --proxy-config and --manager-config go together: each names the other by address and secret\n',
    ]);
  });
});

describe('the embedded default', () => {
  it('says what it needs where it cannot have its directory', async () => {
    write('data', 'a file in its place');
    const { code, stderr } = await sandbox.run('probe', 'local');
    expect(code).toBe(2);
    expect(stderr).toMatch(/^volhealth probe: the embedded default needs the directory .*data: .*\n$/);
  });

  it('keeps its secret from other users', async () => {
    await sandbox.run('probe', 'local');
    expect(statSync(join(sandbox.directory, 'data', 'secret')).mode & 0o777).toBe(0o600);
  });
});

describe('volhealth check-config', () => {
  it('says that a good file is good', async () => {
    expect(await sandbox.run('check-config', proxyToml())).toEqual({
      code: 0,
      stdout: 'storage-proxy.toml is good: a storage proxy with 1 volume.\n',
      stderr: '',
    });
  });

  it('knows a manager by its tables', async () => {
    const file = write('manager.toml', '[proxies.p]\nmanager_api = "http://x"\nsecret = "s"\n');
    expect((await sandbox.run('check-config', file)).stdout).toBe('manager.toml is good: a manager with 1 proxy.\n');
  });

  it('names each mistake with its line, exit 2', async () => {
    const file = proxyToml('health_check_interval = "soon"\ncapacity_warn = 90\n');
    const { code, stderr } = await sandbox.run('check-config', file);
    expect(code).toBe(2);
    expect(stderr).toBe(
      'storage-proxy.toml:6  volume.v.health_check_interval  expected a duration such as "30s", "5m" or "1h30m", or a number of seconds, found "soon"\n' +
        'storage-proxy.toml:7  volume.v.capacity_warn  expected a percentage such as "90%", found 90\n',
    );
  });
});

describe('volhealth probe', () => {
  it('asks a directory without any service: healthy, exit 0', async () => {
    const { code, stdout } = await sandbox.run('probe', 'v', '-c', proxyToml());
    expect(code).toBe(0);
    expect(stdout).toMatch(/^v is healthy: usable, \d+ % used\n {2}mount: pass OK, [\d.]+ ms\n/);
  });

  it('prints the HardwareMetadata as JSON', async () => {
    const { code, stdout } = await sandbox.run('probe', 'v', '-c', proxyToml(), '--json');
    expect(code).toBe(0);
    expect(HardwareMetadata.parse(JSON.parse(stdout))).toMatchObject({ status: 'healthy', reason: 'OK' });
  });

  it('is 1 for a directory that is gone, and says so', async () => {
    const file = proxyToml();
    rmSync(volume, { recursive: true });
    const { code, stdout } = await sandbox.run('probe', 'v', '-c', file);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^v is offline: the volume's path does not exist\n/);
  });

  it('is 2 for a volume that is not configured, and names those that are', async () => {
    const { code, stderr } = await sandbox.run('probe', 'w', '-c', proxyToml());
    expect([code, stderr]).toEqual([2, 'volhealth probe: there is no volume "w"; configured: v\n']);
  });

  it.each(['constructor', '__proto__'])('takes %s for no volume', async (name) => {
    expect((await sandbox.run('probe', name, '-c', proxyToml())).code).toBe(2);
  });

  it('asks the embedded volume where no file is given', async () => {
    expect((await sandbox.run('probe', 'local')).code).toBe(0);
  });
});
