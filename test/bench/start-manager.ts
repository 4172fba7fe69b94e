import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ask } from './graphql-subscriber.ts';
import type { Fleet } from './start-fleet.ts';
import type { MeterReading, MeterReply, MeterRequest } from './meter-messages.ts';

export interface ManagerOptions {
  readonly fleet: Fleet;
  /** How many of the fleet's proxies it has, the first ones. Default: all. */
  readonly proxies?: number;
  readonly intervalS: number;
}

/** The real manager, in a process of its own. */
export interface RunningManager {
  readonly url: string;
  /** Resolves once every volume has a status that the manager vouches for. */
  readonly untilSettled: () => Promise<void>;
  /** What it takes from one moment to the other. */
  readonly meter: { readonly begin: () => void; readonly end: () => Promise<MeterReading> };
  /** Where its time goes, from now on for `ms`. */
  readonly profile: (ms: number) => Promise<string>;
  readonly stop: () => Promise<void>;
}

const SETTLED_WITHIN_MS = 60_000;
const UNKNOWN = '{ volumeHealthList(status: [UNKNOWN]) { volumeId } }';

export async function startManager(options: ManagerOptions): Promise<RunningManager> {
  const directory = mkdtempSync(join(tmpdir(), 'volhealth-bench-'));
  const file = join(directory, 'manager.toml');
  writeFileSync(file, managerToml(options));
  const child = spawn(
    process.execPath,
    ['--expose-gc', '--import', pathOf('./process-meter.ts'), pathOf('../../cli/main.ts'), 'manager', '-c', file],
    { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] },
  );
  const url = await new Promise<string>((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`the manager ended with ${code}`)));
    child.on('message', (message: { ready?: string }) => {
      if (message.ready !== undefined) resolve(message.ready);
    });
  });
  return {
    url,
    untilSettled: () => untilSettled(url),
    meter: {
      begin: () => child.send({ meter: 'begin' } satisfies MeterRequest),
      end: async () => {
        const reply = await order(child, { meter: 'end' });
        if (!('reading' in reply)) throw new Error('expected a reading');
        return reply.reading;
      },
    },
    profile: async (ms) => {
      const reply = await order(child, { meter: 'profile', ms });
      return 'profile' in reply ? reply.profile : '';
    },
    async stop() {
      child.kill('SIGKILL');
      await once(child, 'exit');
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

function managerToml({ fleet, proxies = fleet.proxies, intervalS }: ManagerOptions): string {
  const entries = Array.from(
    { length: proxies },
    (_, index) =>
      `[proxies.proxy${index}]\nmanager_api = "${fleet.urlOf(index)}"\nsecret = "${fleet.secret}"\n` +
      `health_check_interval = "${intervalS}s"\n`,
  );
  return `[api]\nlisten = "127.0.0.1:0"\n${entries.join('')}`;
}

async function order(child: ChildProcess, request: MeterRequest): Promise<MeterReply> {
  child.send(request);
  const [reply] = (await once(child, 'message')) as [MeterReply];
  return reply;
}

async function untilSettled(url: string): Promise<void> {
  const endMs = performance.now() + SETTLED_WITHIN_MS;
  for (;;) {
    const { ok } = await fetch(`${url}/readyz`);
    const unknown = ok ? await ask<{ volumeHealthList: object[] }>(url, UNKNOWN) : null;
    if (unknown?.volumeHealthList.length === 0) return;
    if (performance.now() > endMs) throw new Error(`volumes are unknown for ${SETTLED_WITHIN_MS / 1_000} s`);
    await delay(250);
  }
}

const pathOf = (file: string): string => new URL(file, import.meta.url).pathname;
