import { beforeEach, describe, expect, it } from 'vitest';
import type { MountAsker } from '../../backends/mount/mount-asker.ts';
import { createVolumes, type Volumes } from '../../proxy/volumes.ts';
import { VolumeConfig } from '../../schema/proxy-config.ts';
import { createFakeClock } from '../fake-clock.ts';
import { createFakeMounts } from '../fake-mounts.ts';

const ETIMEDOUT = 110;
const ESTALE = 116;

describe('a volume', () => {
  let clock: ReturnType<typeof createFakeClock>;
  let mounts: ReturnType<typeof createFakeMounts>;
  let volumes: Volumes;
  const verdict = () => {
    const { status, reason } = volumes.report('volume1')!;
    return `${status} ${reason}`;
  };
  beforeEach(async () => {
    clock = createFakeClock();
    mounts = createFakeMounts();
    volumes = open({});
    await clock.advance(1_000);
  });

  function open(config: object, askMount: MountAsker = mounts.ask): Volumes {
    const volume1 = VolumeConfig.parse({ backend: 'vfs', path: '/volume1', ...config });
    return createVolumes({ configured: { volume1 }, askMount, clock, random: () => 0.5, onReport: () => {} });
  }

  it('that has failed stays offline while it does not answer, until it answers well', async () => {
    mounts.set('/volume1', ESTALE);
    await clock.advance(30_000);
    mounts.set('/volume1', 'hang');
    await clock.advance(30_000);
    expect(verdict()).toBe('offline MOUNT_STALE');
    expect(volumes.report('volume1')?.checks[0]?.info).toMatch(
      /ESTALE \(116\); since then stat does not return: no answer within 5 s$/,
    );
    await clock.advance(60_000);
    expect(verdict()).toBe('offline MOUNT_STUCK');
    mounts.set('/volume1', null);
    await clock.advance(1_000);
    expect(verdict()).toBe('healthy OK');
  });

  it('is offline once a failure comes, however late, and so stays while the next one is awaited', async () => {
    mounts.set('/volume1', 'hang');
    await clock.advance(50_000);
    expect(verdict()).toBe('unavailable CHECK_TIMEOUT');
    mounts.set('/volume1', ETIMEDOUT);
    await clock.advance(1);
    expect(verdict()).toBe('offline MOUNT_DISCONNECTED');
    mounts.set('/volume1', 'hang');
    await clock.advance(45_000);
    expect(verdict()).toBe('offline MOUNT_DISCONNECTED');
  });

  it('that was well is unavailable while it does not answer', async () => {
    mounts.set('/volume1', 'hang');
    await clock.advance(50_000);
    expect(verdict()).toBe('unavailable CHECK_TIMEOUT');
  });

  it('is checked once its mount is, though its write test is still out', async () => {
    const askMount = ((question, onStep) =>
      question.act === 'write' ? new Promise(() => {}) : mounts.ask(question, onStep)) as MountAsker;
    const tested = open({ write_check: true }, askMount);
    expect(tested.isEachChecked()).toBe(false);
    await clock.advance(1_000);
    expect(tested.isEachChecked()).toBe(true);
  });

  it('is asked no more after the end: whoever has it checked gets the latest report', async () => {
    const latest = volumes.report('volume1');
    volumes.stop();
    mounts.set('/volume1', ESTALE);
    await clock.advance(60_000);
    expect(await volumes.check('volume1')).toBe(latest);
    expect(await volumes.check('volume9')).toBeNull();
    expect(clock.timers()).toBe(0);
  });

  it('that is being checked at the end answers with the latest report', async () => {
    const latest = volumes.report('volume1');
    mounts.set('/volume1', 'hang');
    await clock.advance(2_000);
    const checked = volumes.check('volume1');
    volumes.stop();
    expect(await checked).toBe(latest);
  });

  it('is written to no oftener than configured, whoever has it checked', async () => {
    let written = 0;
    const askMount = ((question, onStep) => {
      if (question.act !== 'write') return mounts.ask(question, onStep);
      written += 1;
      return Promise.resolve({ outcome: 'written' });
    }) as MountAsker;
    const tested = open({ write_check: true }, askMount);
    await clock.advance(1_000);
    expect(written).toBe(1);
    await clock.advance(10_000);
    await tested.check('volume1');
    expect(written).toBe(1);
    await clock.advance(300_000);
    expect(written).toBe(2);
  });
});
