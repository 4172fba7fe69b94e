import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { VolumeReport } from '../../schema/volume-report.ts';
import { createFaultTable } from '../rigs/fault-table.ts';
import { createMountRig, type MountRig, unless } from '../rigs/mounts.ts';
import { childrenRunning } from '../rigs/processes.ts';
import { watchVolume, type WatchedVolume } from '../rigs/watched-volume.ts';
import { createNfsServer, type NfsServer, whyNoNfsServer } from './nfs-server.ts';

/** What is heard of a server that is silent for a minute, and of one that is not there, by how it was mounted. */
const CLIENTS = {
  'hard,timeo=20,retrans=2': {
    silent: { status: 'offline', reason: 'MOUNT_STUCK' },
    absent: { status: 'unavailable', reason: 'CHECK_TIMEOUT' },
  },
  'softerr,timeo=20,retrans=1': {
    silent: { status: 'unavailable', reason: 'CHECK_TIMEOUT' },
    absent: { status: 'offline', reason: 'MOUNT_DISCONNECTED' },
  },
} as const satisfies Record<string, Record<'silent' | 'absent', Partial<VolumeReport>>>;
/** What was found out is hardly kept, as on a busy volume: the server is asked each time. */
const UNCACHED = 'acregmin=0,acregmax=1,acdirmin=0,acdirmax=1';
/** A call counts as stuck after a minute. */
const STUCK_TIMEOUT_MS = 120_000;
const EXPORT_BYTES = 16 * 2 ** 20;

describe.skipIf(whyNoNfsServer !== null).each(Object.entries(CLIENTS))(
  `a volume on NFS mounted %s${unless(whyNoNfsServer)}`,
  (options, { silent, absent }) => {
    const table = createFaultTable(`NFS 4.1, the kernel's client, mounted ${options}`);
    let rig: MountRig;
    let server: NfsServer;
    let volume: WatchedVolume;
    let path = '';
    let exported = '';

    beforeAll(async () => {
      rig = createMountRig();
      exported = rig.directory('exported');
      makeExported();
      server = createNfsServer(exported, rig.directory('server'));
      await server.start();
      path = rig.directory('volume');
      mountVolume();
      volume = watchVolume({ backend: 'vfs', path, mount: { fstype: 'nfs4' } });
    });
    afterAll(async () => {
      volume.stop();
      // A client takes its leave, which a server that does not answer would not let it do.
      await server.kill();
      await server.start();
      rig.umount(path);
      await server.kill();
      rig.remove();
      table.print();
    });

    const makeExported = () => rig.mount('-t', 'tmpfs', '-o', `size=${EXPORT_BYTES}`, 'exported', exported);
    const mountVolume = () => {
      rig.mount('-i', '-t', 'nfs4', '-o', [server.mountOptions, options, UNCACHED].join(), server.source, path);
    };

    test('is healthy, and of the type that is expected', async () => {
      const { metadata } = await volume.until({ status: 'healthy', degraded: false });

      expect(metadata).toMatchObject({ fstype: 'nfs4', capacity_bytes: EXPORT_BYTES });
    });

    test(
      'is not, while its server is silent, and comes back by itself',
      async () => {
        const { checks } = await table.suffer(volume, {
          name: 'the server is silent (SIGSTOP)',
          inject: server.pause,
          expected: silent,
          heal: server.resume,
        });

        expect(checks).toMatchObject([{ name: 'mount', info: expect.stringContaining('stat does not return') }]);
      },
      STUCK_TIMEOUT_MS,
    );

    test(
      'is not, while its server is not there, and comes back by itself',
      async () => {
        const { reason } = await table.suffer(volume, {
          name: 'the server is not there (SIGKILL)',
          inject: server.kill,
          expected: absent,
          heal: server.start,
        });

        expect(reason).toBe(absent.reason);
      },
      STUCK_TIMEOUT_MS,
    );

    test('is offline once its server has come back with another file system, and well once mounted anew', async () => {
      const { checks } = await table.suffer(volume, {
        name: 'the server is back with an empty file system',
        async inject() {
          await server.kill();
          rig.umount(exported);
          makeExported();
          await server.start();
        },
        expected: { status: 'offline', reason: 'MOUNT_STALE' },
        heal() {
          rig.umount(path);
          mountVolume();
        },
      });

      expect(checks).toMatchObject([{ info: expect.stringContaining('ESTALE (116)') }]);
    });

    test('is degraded while the file system of its server is full', async () => {
      const filler = join(exported, 'filler');
      const { status_info } = await table.suffer(volume, {
        name: "the server's file system is full",
        inject: () => expect(() => writeFileSync(filler, Buffer.alloc(2 * EXPORT_BYTES))).toThrow('ENOSPC'),
        expected: { status: 'healthy', degraded: true, reason: 'FULL' },
        heal: () => rmSync(filler),
      });

      expect(status_info).toBe('no space left');
    });

    test('is degraded while it is mounted read-only', async () => {
      const { status_info } = await table.suffer(volume, {
        name: 'mounted read-only',
        inject: () => rig.mount('-i', '-o', 'remount,ro', path),
        expected: { status: 'healthy', degraded: true, reason: 'READ_ONLY' },
        heal: () => rig.mount('-i', '-o', 'remount,rw', path),
      });

      expect(status_info).toBe('mounted read-only');
    });

    test('is degraded while its server may write nothing, where it is written to', async () => {
      const written = watchVolume({ backend: 'vfs', path, write_check: true, write_check_interval: '1s' });
      onTestFinished(written.stop);
      const unwritten: VolumeReport[] = [];
      const { status_info } = await table.suffer(written, {
        name: "the server's file system is read-only, write check",
        inject: () => rig.mount('-o', 'remount,ro', exported),
        expected: { status: 'healthy', degraded: true, reason: 'READ_ONLY' },
        async heal() {
          unwritten.push(await volume.checked());
          rig.mount('-o', 'remount,rw', exported);
        },
      });

      expect(status_info).toBe('files cannot be written: the file system is read-only');
      expect(unwritten).toMatchObject([{ status: 'healthy', degraded: false }]);
    });

    test('is offline while it is not mounted', async () => {
      const { status_info } = await table.suffer(volume, {
        name: 'not mounted',
        inject: () => rig.umount(path),
        expected: { status: 'offline', reason: 'NOT_MOUNTED' },
        heal: mountVolume,
      });

      expect(status_info).toBe("nothing is mounted at the volume's path");
    });

    test('leaves no process behind when its watch ends while its server is silent', async () => {
      await volume.until({ status: 'healthy' });
      server.pause();
      await volume.until({ reason: 'CHECK_TIMEOUT' });

      volume.stop();

      await expect.poll(() => childrenRunning('mount/child'), { timeout: 10_000 }).toEqual([]);
    });
  },
);
