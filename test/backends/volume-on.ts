import { onTestFinished } from 'vitest';
import type { CheckAnswer, CheckDefinition, VolumeToOpen } from '../../backends/backend.ts';
import { readFailure } from '../../backends/failure.ts';
import { findBackend } from '../../backends/register.ts';
import type { Dialect } from '../fakes/dialect.ts';
import { DIALECTS } from '../fakes/dialects.ts';
import { type Fake, type FakeOptions, startFake } from '../fakes/fake-server.ts';
import { type VolumeOptions, volumeAt } from './volumes.ts';

export interface VolumeOn {
  readonly fake: Fake;
  readonly check: CheckDefinition;
  /** What the `backend` check says now. */
  readonly ask: () => Promise<CheckAnswer>;
  /** The same for another volume on the same appliance; it shares what volumes share. */
  readonly another: (more?: Partial<VolumeOptions>) => Omit<VolumeOn, 'fake' | 'another'>;
}

export interface VolumeOnOptions extends FakeOptions {
  /** Options of the volume beside those that the fake wants. */
  readonly options?: Readonly<Record<string, unknown>>;
  /** How the volume is configured otherwise. */
  readonly volume?: Partial<VolumeOptions>;
}

/** A volume whose storage system is a fake, which is closed when the test ends. */
export async function volumeOn(
  dialect: Dialect,
  { options = {}, volume = {}, ...fakeOptions }: VolumeOnOptions = {},
): Promise<VolumeOn> {
  const fake = await startFake(dialect, fakeOptions);
  onTestFinished(fake.close);
  return { fake, ...volumesAt(fake, dialect, { options, volume }) };
}

/** Volumes on a fake that runs already. */
export function volumesAt(
  fake: Pick<Fake, 'url' | 'options'>,
  dialect: Dialect,
  { options = {}, volume = {} }: Pick<VolumeOnOptions, 'options' | 'volume'> = {},
): Omit<VolumeOn, 'fake'> {
  const raw = { [DIALECTS[dialect.name]?.endpoint ?? 'endpoint']: fake.url, ...fake.options, ...options };
  const base = volumeAt({ path: '/away', ...volume });
  const open = (more: Partial<VolumeOptions> = {}) => {
    const check = backendCheckOf(dialect.name, { ...base, ...more, options: { ...raw, ...(more.options as object) } });
    return { check, ask: () => check.ask(AbortSignal.timeout(check.timeoutMs)).catch(readFailure) };
  };
  return { another: open, ...open() };
}

function backendCheckOf(name: string, volume: VolumeToOpen<unknown>): CheckDefinition {
  const backend = findBackend(name);
  if (backend === null) throw new Error(`there is no backend ${name}`);
  const checks = backend.open({ ...volume, options: backend.options.parse(volume.options) });
  const check = checks.find((candidate) => candidate.name === 'backend');
  if (check === undefined) throw new Error(`a volume of the backend ${name} has no check of that name`);
  return check;
}
