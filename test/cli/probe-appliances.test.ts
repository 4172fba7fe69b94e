import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'smol-toml';
import { afterAll, describe, expect, it } from 'vitest';
import { HardwareMetadata } from '../../schema/hardware-metadata.ts';
import { volumesAt } from '../backends/volume-on.ts';
import { DIALECTS } from '../fakes/dialects.ts';
import { startFake } from '../fakes/fake-server.ts';
import { FAULTS } from '../fakes/faults.ts';
import { createSandbox } from './volhealth.ts';

const STATES = Object.entries(DIALECTS).flatMap(([name, { dialect }]) =>
  [...Object.keys(dialect.states), ...Object.keys(FAULTS)].map((state) => [name, state] as const),
);

const STATUS_OF = { pass: 'healthy', warn: 'healthy', fail: 'offline', unknown: 'unavailable' } as const;

/** What was printed, for people to read. */
const rows = new Map<string, readonly string[]>();

describe.concurrent('volhealth probe', () => {
  const sandbox = createSandbox();
  afterAll(() => {
    sandbox.close();
    const header = ['backend', 'state', 'status', 'exit', 'sentence'];
    const body = STATES.map(([name, state]) => rows.get(`${name} ${state}`) ?? [name, state]);
    const lines = [header, header.map(() => '---'), ...body].map((cells) => `| ${cells.join(' | ')} |`);
    console.log(['\nAppliances as `volhealth probe` tells them:', ...lines].join('\n'));
  });

  it.each(STATES)('of a %s that is %s has the exit code of its verdict', async (name, state) => {
    const { dialect, endpoint } = DIALECTS[name]!;
    await using fake = await startFake(dialect, { state });
    const file = `${name}-${state}.toml`;
    const options = { [endpoint]: fake.url, ...fake.options };
    // There is nothing to mount: a plain directory stands for it.
    const volume = {
      backend: name,
      path: sandbox.directory,
      capacity_warn: '100%',
      mount: { required: false },
      options,
    };
    // Only what never answers is given up soon: the others have all the time that a busy machine takes.
    const timeoutMs = state === 'silent' || state === 'drip' ? 1_500 : 14_000;
    const times = { health_check_interval: '15s', health_check_timeout: `${timeoutMs}ms` };
    const config = { api: { manager: { secret: 's' } }, volume: { v: { ...volume, ...times } } };
    writeFileSync(join(sandbox.directory, file), stringify(config));

    const { code, stdout, stderr } = await sandbox.run('probe', 'v', '-c', file, '--json');

    const { status, degraded, status_info, checks } = HardwareMetadata.parse(JSON.parse(stdout));
    const verdict = degraded ? `${status}, degraded` : status;
    rows.set(`${name} ${state}`, [name, state, verdict, String(code), status_info ?? '']);
    const { ask } = volumesAt(fake, dialect, { volume: { intervalMs: 15_000, timeoutMs } });
    const said = await ask();
    expect({ status, degraded }).toEqual({ status: STATUS_OF[said.status], degraded: said.status === 'warn' });
    expect(status_info).toBe(said.summary);
    expect({ code, stderr }).toEqual({ code: status === 'healthy' ? 0 : 1, stderr: '' });
    expect(checks.map((check) => check.name)).toEqual(['mount', 'backend']);
    expect(fake.secrets().filter((secret) => stdout.includes(secret))).toEqual([]);
  });
});
