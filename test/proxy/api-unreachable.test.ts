import { rmSync } from 'node:fs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startFake } from '../fakes/fake-server.ts';
import { weka } from '../fakes/weka.ts';
import { createMountRig } from '../rigs/mounts.ts';
import { watchVolume } from '../rigs/watched-volume.ts';

/** A volume on a fake WEKA and a plain directory, asked every second. */
async function watched(api_unreachable?: 'unavailable' | 'degraded') {
  const rig = createMountRig();
  onTestFinished(rig.remove);
  const fake = await startFake(weka);
  onTestFinished(fake.close);
  const path = rig.directory('volume');
  const options = { weka_endpoint: fake.url, ...fake.options };
  const config = { backend: 'weka', path, capacity_warn: '100%', mount: { required: false }, options };
  const volume = watchVolume({ ...config, ...(api_unreachable === undefined ? {} : { api_unreachable }) });
  onTestFinished(volume.stop);
  await volume.until({ status: 'healthy', degraded: false });
  return { fake, path, volume };
}

describe('a volume whose API cannot be reached', () => {
  it('is unavailable, though its mount answers', async () => {
    const { fake, volume } = await watched();
    await fake.setState('refused');
    const { checks, reason } = await volume.until({ status: 'unavailable' });
    expect(reason).toBe('API_UNREACHABLE');
    expect(checks.map(({ status }) => status)).toEqual(['pass', 'unknown']);
  });

  it('is healthy and degraded while its mount answers, if it is configured so', async () => {
    const { fake, path, volume } = await watched('degraded');
    await fake.setState('refused');
    expect(await volume.until({ degraded: true })).toMatchObject({ status: 'healthy', reason: 'API_UNREACHABLE' });
    rmSync(path, { recursive: true });
    expect(await volume.until({ status: 'offline' })).toMatchObject({ reason: 'PATH_MISSING' });
  });

  it('is offline all the same when the API says so', async () => {
    const { fake, volume } = await watched('degraded');
    await fake.setState('stopped');
    expect(await volume.until({ status: 'offline' })).toMatchObject({ status_info: 'WEKA I/O STOPPED' });
  });
});
