import { afterEach, beforeEach, expect, it } from 'vitest';
import { createInternalApp } from '../../proxy/internal-app.ts';
import { createStorageProxy, type StorageProxy } from '../../proxy/storage-proxy.ts';
import { VolumeConfig } from '../../schema/proxy-config.ts';
import { createFakeClock, type FakeClock } from '../fake-clock.ts';
import { createFakeMounts } from '../fake-mounts.ts';

let clock: FakeClock;
let proxy: StorageProxy;
let get: (path: string) => Promise<Response>;
let errors: unknown[];
beforeEach(() => {
  clock = createFakeClock();
  proxy = createStorageProxy({
    config: { storage_proxy: {}, volume: { local: VolumeConfig.parse({ backend: 'vfs', path: '/local' }) } },
    version: '26.2.0',
    epoch: 'epoch1',
    askMount: createFakeMounts().ask,
    clock,
    random: () => 0.5,
  });
  errors = [];
  get = asking(proxy);
});
afterEach(() => {
  proxy.stop();
});

function asking(of: StorageProxy) {
  const app = createInternalApp({
    proxy: of,
    wording: { health_status_words: 'upstream' },
    onError: (error) => errors.push(error),
  });
  return async (path: string) => app.request(path);
}

it.each(['/health', '/manager-api/health'])('gives the whole report to whoever asks for %s', async (path) => {
  await clock.advance(1_000);
  const response = await get(path);
  expect([response.status, await response.json()]).toEqual([200, { ...proxy.report(), status: 'ok' }]);
});

it.each(['', '/manager-api'])('has whole reports at %s/livez and %s/readyz, too', async (prefix) => {
  const ready = async () => {
    const response = await get(`${prefix}/readyz`);
    return [response.status, await response.json()];
  };
  expect(await ready()).toEqual([503, { ...proxy.report(), status: 'error', reason: 'first checks under way' }]);
  await clock.advance(1_000);
  expect(await ready()).toEqual([200, { ...proxy.report(), status: 'ok' }]);
  expect(await (await get(`${prefix}/livez`)).json()).toEqual({ ...proxy.report(), status: 'ok' });
});

it.each(['/', '/volumes', '/trpc/health.report', '/volume/hwinfo?volume=local'])('has no %s', async (path) => {
  expect((await get(path)).status).toBe(404);
});

it('tells a caller nothing of a fault of ours, and the log everything', async () => {
  const broken = asking({
    ...proxy,
    report: () => {
      throw new Error('ENOENT /etc/secret/path');
    },
  });
  const response = await broken('/health');
  expect([response.status, await response.text()]).toEqual([500, expect.not.stringContaining('/etc/secret')]);
  expect(errors.map(String)).toEqual(['Error: ENOENT /etc/secret/path']);
});
