import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createEtcd, type EtcdServer, noEtcd } from '../rigs/etcd-server.ts';
import { createSandbox, type Sandbox } from './volhealth.ts';

let sandbox: Sandbox;
beforeEach(() => {
  sandbox = createSandbox();
});
afterEach(() => {
  sandbox.close();
});

const soon = { timeout: 20_000, interval: 50 };
const write = (name: string, content: string | object): string => {
  writeFileSync(
    join(sandbox.directory, name),
    typeof content === 'string' ? content : JSON.stringify(content, null, 2),
  );
  return name;
};
const proxy = (name: string, more = {}) => ({ manager_api: `http://${name}.invalid:1`, secret: 'hunter2', ...more });
const start = (file: string) => sandbox.start('manager', '-c', file, '--listen', '127.0.0.1:0');

describe('a manager whose proxies are in a JSON file', () => {
  const TOML = '[proxies]\nfrom = "volumes.json"\n';

  it('is warned that none is there, though its own file has one', async () => {
    write('volumes.json', { proxies: {} });
    const own = '[proxies.own]\nmanager_api = "http://own.invalid:1"\nsecret = "s"\n';
    const manager = start(write('manager.toml', `${TOML}${own}`));
    await manager.says(/warn: volumes\.json: proxies no storage proxy is found there\n[^]*listening on/);
    expect(await manager.end()).toBe(0);
  });

  it('has them at its start, and hears of each change; a bad file changes nothing', async () => {
    const sample = { _types: { user: '' }, default_host: 'p1:v', exposed_volume_info: 'percentage' };
    write('volumes.json', { ...sample, proxies: { p1: proxy('p1', { ssl_verify: 'false' }), bad: proxy('a b') } });
    const manager = start(write('manager.toml', TOML));
    await manager.says(/listening on/);
    expect(manager.output()).toContain('volumes.json: proxies.bad.manager_api expected a URL');
    expect(manager.output()).not.toContain('no storage proxy is configured');

    write('volumes.json', { volumes: { proxies: { p2: proxy('p2') } } });
    await manager.says(/found where the proxies are written: 1 proxy added \(p2\), 1 removed \(p1\)\n/);
    write('volumes.json', '{"proxies": {\n"p3": { "secret": "hunter2" ');
    await manager.says(/warn: volumes\.json:2 \(syntax\) expected JSON; the proxies that were in it go on/);
    write('volumes.json', { proxies: { p2: proxy('p2'), p3: proxy('p3') } });
    await manager.says(/found again[^]*1 proxy added \(p3\)/);
    expect(manager.output()).not.toContain('hunter2');
    write('volumes.json', { proxies: {} });
    await manager.says(/warn: volumes\.json: proxies no storage proxy is found there\n/);
    expect(await manager.end()).toBe(0);
  });

  it.each<[string, string | object | null, string]>([
    ['is not there', null, 'cannot read volumes.json: there is no such file'],
    ['is no JSON', '{\n', 'volumes.json:2  (syntax)  expected JSON'],
    ['has no proxies', { a: 1 }, 'volumes.json: expected a table "proxies", with a table for each proxy'],
  ])('is refused at its start, and when it is checked, where that %s', async (_, content, message) => {
    if (content !== null) write('volumes.json', content);
    const file = write('manager.toml', TOML);
    for (const [command, args] of [
      ['manager', ['-c', file]],
      ['check-config', [file]],
    ] as const) {
      const { code, stderr } = await sandbox.run(command, ...args);
      expect([code, stderr.trim()]).toEqual([2, `volhealth ${command}: ${message}`]);
    }
  });

  it('can be checked, with what is wrong with one of them', async () => {
    write('volumes.json', { proxies: { p1: proxy('p1'), p2: { secret: 's' } } });
    const file = write('manager.toml', TOML);
    expect(await sandbox.run('check-config', file)).toEqual({
      code: 0,
      stdout: 'manager.toml is good: a manager with 1 proxy.\n',
      stderr:
        'warning: volumes.json: proxies.p2.manager_api  expected a URL such as "http://127.0.0.1:6022", found nothing; the proxy is left out\n',
    });
  });
});

describe.skipIf(noEtcd !== null)('a manager whose proxies are in etcd', { timeout: 60_000 }, () => {
  let etcd: EtcdServer;
  beforeEach(async () => {
    etcd = await createEtcd();
  });
  afterEach(() => etcd.close());

  const toml = (more = '') =>
    write('manager.toml', `[etcd]\naddr = "127.0.0.1:${etcd.port}"\n${more}[proxies]\nfrom = "etcd"\n`);

  it('starts without it, says so once, and gets them when it is back; ends at once while it hangs', async () => {
    const manager = start(toml());
    await manager.says(/warn: etcd \(.*\) cannot be asked since .*: connection refused; none of its proxies is known/);
    await manager.says(/listening on/);
    await etcd.start();
    await etcd.ctl('put', '/sorna/local/volumes/proxies/p1/manager_api', 'http://p1.invalid:1');
    await etcd.ctl('put', '/sorna/local/volumes/proxies/p1/secret', 'hunter2');
    await manager.says(/the proxies are found again[^]*1 proxy added \(p1\)/);
    expect(manager.output().match(/cannot be asked/g)).toHaveLength(1);

    etcd.signal('SIGSTOP');
    // The deadline of a supervisor, which would kill it.
    expect(await manager.end()).toBe(0);
    expect(manager.output()).not.toContain('hunter2');
  });

  it('is checked without asking it', async () => {
    expect((await sandbox.run('check-config', toml())).stdout).toBe(
      'manager.toml is good: a manager with 0 proxies, and those that etcd has, which was not asked.\n',
    );
  });

  it('leaves nothing that keeps a process alive once it is followed no more, though it hangs', async () => {
    await etcd.start();
    const source = new URL('../../cli/', import.meta.url).href;
    write(
      'follow.mjs',
      `import { followProxies } from '${source}proxy-source.ts';
       import { systemClock } from '${source}system-clock.ts';
       const etcd = { addr: [{ host: '127.0.0.1', port: ${etcd.port} }], namespace: 'local' };
       const { stop } = followProxies({ kind: 'etcd', etcd }, {
         inline: {}, clock: systemClock, onAway() {},
         onProxies() { console.log('found'); process.once('SIGUSR2', stop); },
       });`,
    );
    const child = sandbox.startScript('follow.mjs');
    await child.says(/found/);
    etcd.signal('SIGSTOP');
    child.child.kill('SIGUSR2');
    await expect.poll(() => child.child.exitCode, { ...soon, timeout: 5_000 }).toBe(0);
  });
});
