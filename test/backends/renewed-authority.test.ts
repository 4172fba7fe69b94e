import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { DIALECTS } from '../fakes/dialects.ts';
import { type Authority, createAuthority } from '../fakes/tls-material.ts';
import { volumeOn } from './volume-on.ts';

const directory = mkdtempSync(join(tmpdir(), 'volhealth-ca-'));
afterAll(() => {
  rmSync(directory, { recursive: true });
});

const issue = (authority: Authority) => authority.issue({ names: ['localhost', '127.0.0.1'] });

describe('a volume whose appliance gets a certificate of another authority', () => {
  it.each(Object.entries(DIALECTS))(
    'is asked under that as soon as the file holds it, without a restart: %s',
    async (name, { dialect }) => {
      const [first, second] = await Promise.all([createAuthority(), createAuthority()]);
      const ca = join(directory, `${name}.pem`);
      writeFileSync(ca, first.caPem);
      const { fake, ask } = await volumeOn(dialect, { tls: await issue(first), options: { ca } });

      const well = await ask();
      fake.renew(await issue(second));
      const refused = await ask();
      writeFileSync(ca, second.caPem);

      expect([well.status, refused.reason, (await ask()).status]).toEqual(['pass', 'API_UNREACHABLE', 'pass']);
    },
  );
});
