import { expect, it, onTestFinished } from 'vitest';
import { startFake } from '../fakes/fake-server.ts';
import { weka } from '../fakes/weka.ts';
import { watchVolume } from '../rigs/watched-volume.ts';

it('a proxy that is stopped leaves no login behind that an API does not answer', async () => {
  const fake = await startFake(weka, { state: 'silent' });
  onTestFinished(fake.close);
  const options = { weka_endpoint: fake.url, ...fake.options };
  const volume = watchVolume({ backend: 'weka', path: '/', mount: { required: false }, options });
  await volume.until({ status: 'unavailable', reason: 'API_UNREACHABLE' });
  expect(fake.connections()).toBe(1);
  volume.stop();
  await expect.poll(fake.connections).toBe(0);
});
