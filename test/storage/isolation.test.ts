import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { VolumeReport } from '../../schema/volume-report.ts';
import { createSandbox, freePort, type Running, type Sandbox } from '../cli/volhealth.ts';
import { type FaultFs, mountFaultFs, unlessFuse, whyNoFuse } from '../rigs/faultfs.ts';
import { createMountRig, type MountRig } from '../rigs/mounts.ts';
import { childrenRunning, createParkingWatch } from '../rigs/processes.ts';

const COUNT = 64;
const BAD = Array.from({ length: COUNT }, (_, index) => `bad${index}`);
const GOOD = Array.from({ length: COUNT }, (_, index) => `good${index}`);
const HANG = Object.fromEntries(BAD.map((name) => [`statfs ${name}`, 'hang'] as const));
const MAX_ACTIVE = 4;
/** Looks at a thread in which a read of the machine's own disk has come to its end: over two seconds. */
const LOOKS_OF_A_READ = 20;
/** A stuck mount counts as such after a minute at the earliest. */
const PATIENT = { timeout: 150_000 };

describe.skipIf(whyNoFuse !== null)(`a proxy with 64 hung volumes beside 64 good ones${unlessFuse}`, () => {
  let sandbox: Sandbox;
  let rig: MountRig;
  let storage: FaultFs;
  let port: number;
  beforeEach(async () => {
    sandbox = createSandbox();
    rig = createMountRig();
    storage = await mountFaultFs(rig.directory('volumes'), [...BAD, ...GOOD]);
    port = await freePort();
    const tables = [...BAD, ...GOOD].map(
      (name) => `[volume.${name}]\nbackend = "vfs"\npath = "${storage.path(name)}"\nhealth_check_interval = "10s"\n`,
    );
    const api = `[api.manager]\nservice-addr = "127.0.0.1:${port}"\nsecret = "s"\n`;
    writeFileSync(join(sandbox.directory, 'proxy.toml'), api + tables.join(''));
  });
  afterEach(() => {
    storage.kill();
    sandbox.close();
    rig.remove();
  });

  async function startProxy(): Promise<Running> {
    const service = sandbox.start('proxy', '-c', 'proxy.toml');
    await service.says(/listening on/);
    return service;
  }

  async function volumes(): Promise<Record<string, VolumeReport>> {
    const headers = { 'X-BackendAI-Storage-Auth-Token': 's' };
    const response = await fetch(`http://127.0.0.1:${port}/manager-api/health`, { headers });
    const report = (await response.json()) as { volumes: Record<string, VolumeReport> };
    return report.volumes;
  }

  /** Looks until each of these volumes has this reason; `onLook` sees each look. */
  async function until(
    names: readonly string[],
    reason: string,
    onLook: (seen: Record<string, VolumeReport>) => void = () => {},
  ) {
    for (;;) {
      const seen = await volumes();
      onLook(seen);
      if (names.every((name) => seen[name]?.reason === reason)) return;
      await delay(100);
    }
  }

  test('says of each what is true, all the time, and of the hung ones that they are back', PATIENT, async () => {
    const service = await startProxy();
    const pid = service.child.pid ?? 0;
    await until([...BAD, ...GOOD], 'OK');

    const otherThanHealthy = new Set<string>();
    const mostProcesses = { processes: 0 };
    const longestParked = { looks: 0 };
    const lookForParked = createParkingWatch(pid);
    const watch = (seen: Record<string, VolumeReport>) => {
      for (const name of GOOD) if (seen[name]?.reason !== 'OK') otherThanHealthy.add(`${name} ${seen[name]?.reason}`);
      mostProcesses.processes = Math.max(mostProcesses.processes, childrenRunning('mount/child', pid).length);
      longestParked.looks = Math.max(longestParked.looks, lookForParked());
    };
    await storage.set(HANG);
    await until(BAD, 'CHECK_TIMEOUT', watch);
    expect((await volumes())['bad0']).toMatchObject({ status: 'unavailable', status_info: 'no answer in time' });
    await until(BAD, 'MOUNT_STUCK', watch);
    expect((await volumes())['bad0']).toMatchObject({
      status: 'offline',
      status_info: 'a call on the mount does not return',
      checks: [{ info: expect.stringMatching(/^statfs does not return/) }],
    });
    expect([...otherThanHealthy]).toEqual([]);
    expect(mostProcesses.processes).toBeLessThanOrEqual(COUNT + MAX_ACTIVE);
    expect(longestParked.looks).toBeLessThan(LOOKS_OF_A_READ);

    await storage.set({});
    await until([...BAD, ...GOOD], 'OK');
    await expect.poll(() => childrenRunning('mount/child', pid).length).toBeLessThanOrEqual(MAX_ACTIVE);

    await storage.set(HANG);
    await until(BAD, 'CHECK_TIMEOUT');
    expect(await service.end()).toBe(0);
  });

  test('is killed, and another one comes up in its place and on its port', PATIENT, async () => {
    const killed = await startProxy();
    const pid = killed.child.pid ?? 0;
    await until(GOOD, 'OK');
    await storage.set(HANG);
    await until(BAD, 'CHECK_TIMEOUT');
    const orphans = childrenRunning('mount/child', pid);
    expect(orphans.length).toBeGreaterThanOrEqual(COUNT);
    expect(await killed.end('SIGKILL')).toBeNull();

    await startProxy();
    await until(GOOD, 'OK');
    await until(BAD, 'CHECK_TIMEOUT');
  });
});
