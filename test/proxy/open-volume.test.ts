import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type CheckDefinition, defineBackend } from '../../backends/backend.ts';
import { type Means, openVolume } from '../../proxy/open-volume.ts';
import { createStorageProxy } from '../../proxy/storage-proxy.ts';
import { VolumeConfig } from '../../schema/proxy-config.ts';
import { volumeAt } from '../backends/volumes.ts';
import { createFakeClock } from '../fake-clock.ts';
import { createFakeMounts } from '../fake-mounts.ts';

/** A kind of storage that is not registered: it says which volume it was opened for. */
const tape = defineBackend({
  options: z.object({}),
  open: ({ path }): readonly CheckDefinition[] => [
    {
      name: 'backend',
      intervalMs: 10_000,
      timeoutMs: 1_000,
      ask: async () => ({ status: 'pass', reason: 'OK', summary: `a tape at ${path}`, info: null }),
    },
  ],
});
const findBackend: NonNullable<Means['findBackend']> = (name) => (name === 'tape' ? tape : null);

const configured = (backend: string) => VolumeConfig.parse({ backend, path: '/v' });

/** What the checks of a volume say first. */
async function answers(backend: string, means: Pick<Means, 'findBackend'> = {}) {
  const checks = openVolume('v', configured(backend), { ...volumeAt({ path: '/v' }), ...means });
  return Promise.all(checks.map(({ ask }) => ask(new AbortController().signal)));
}

describe('a volume', () => {
  it('is of a registered kind of storage, unless whoever makes the proxy says which there are', async () => {
    expect(await answers('tape')).toMatchObject([{ reason: 'UNKNOWN_BACKEND' }]);
    expect(await answers('tape', { findBackend })).toMatchObject([{ summary: 'a tape at /v' }]);
    expect(await answers('vfs', { findBackend })).toMatchObject([{ reason: 'UNKNOWN_BACKEND' }]);
  });

  it('of a kind that whoever makes the proxy has brought along is reported like any other', async () => {
    const clock = createFakeClock();
    const proxy = createStorageProxy({
      config: { storage_proxy: {}, volume: { v: configured('tape') } },
      version: '1.0.0',
      epoch: 'e',
      askMount: createFakeMounts().ask,
      findBackend,
      clock,
      random: () => 0.5,
    });
    await clock.advance(1_000);
    expect(proxy.volume('v')).toMatchObject({ status: 'healthy', backend: 'tape', status_info: 'a tape at /v' });
    proxy.stop();
  });
});
