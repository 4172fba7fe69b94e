import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { HealthReport } from '../../schema/health-report.ts';
import { mountFaultFs, whyNoFuse } from '../rigs/faultfs.ts';
import { createMountRig } from '../rigs/mounts.ts';
import { childrenRunning } from '../rigs/processes.ts';
import { quantile, quantiles } from './quantiles.ts';

// What 64 hung mounts cost the 64 good ones of the same storage proxy, and those who ask it: a real proxy on a real
// port, first with all mounts well, then with half of them hung. Prints figures, and compares them within the run.

const COUNT = 64;
const INTERVAL_S = Number(process.env['INTERVAL_S'] ?? 10);
const REQUESTS = 5_000;
const PORT = 16_022;
const LOOK_MS = 20;

if (whyNoFuse !== null) {
  console.log(`skipped: ${whyNoFuse}`);
  process.exit(0);
}
const names = (kind: string) => Array.from({ length: COUNT }, (_, index) => `${kind}${index}`);
const [bad, good] = [names('bad'), names('good')];
const rig = createMountRig();
const storage = await mountFaultFs(rig.directory('volumes'), [...bad, ...good]);
const agent = new Agent({ keepAlive: true, maxSockets: 1 });
const service = startProxy();
try {
  await until((report) => Object.values(report.volumes).every(({ status }) => status === 'healthy'));
  const calm = { lateness: await watchGood(2 * INTERVAL_S), latency: await latencies() };
  const began = performance.now();
  await storage.set(Object.fromEntries(bad.map((name) => [`statfs ${name}`, 'hang'] as const)));
  const storm = await watchGood(2 * INTERVAL_S);
  await until(({ volumes }) => bad.every((name) => volumes[name]?.reason === 'MOUNT_STUCK'));
  const stuckAfterS = (performance.now() - began) / 1_000;
  const stuck = { lateness: await watchGood(2 * INTERVAL_S), latency: await latencies() };
  const memory = workerMemory();
  const healed = performance.now();
  await storage.set({});
  await until(({ volumes }) => bad.every((name) => volumes[name]?.status === 'healthy'));
  const recoveredMs = performance.now() - healed;
  await storage.set(Object.fromEntries(bad.map((name) => [`statfs ${name}`, 'hang'] as const)));
  await until(({ volumes }) => bad.every((name) => volumes[name]?.status !== 'healthy'));
  const stopped = performance.now();
  service.kill('SIGTERM');
  const [code] = (await once(service, 'exit')) as [number | null];

  const p99 = { calm: quantile(calm.latency, 0.99), stuck: quantile(stuck.latency, 0.99) };
  console.log(`${COUNT} volumes that hang beside ${COUNT} good ones, each asked every ${INTERVAL_S} s
good ones asked late by, ms (p50, p99, max; checks; not healthy):
  all well          ${lateness(calm.lateness)}
  while they begin  ${lateness(storm)}
  once all are stuck ${lateness(stuck.lateness)}
/manager-api/health, ${REQUESTS} requests one after the other, ms (p50, p99):
  all well ${figures(calm.latency)}; 64 stuck ${figures(stuck.latency)}; p99 stuck / well = ${(p99.stuck / p99.calm).toFixed(2)}
workers: ${memory.processes}, ${memory.pssMb.toFixed(0)} MB together (PSS), ${(memory.pssMb / memory.processes).toFixed(1)} MB each
all stuck after ${stuckAfterS.toFixed(0)} s; all healthy again ${recoveredMs.toFixed(0)} ms after their mounts were
SIGTERM with all of them hung: exit code ${code} after ${(performance.now() - stopped).toFixed(0)} ms`);
} finally {
  service.kill('SIGKILL');
  storage.kill();
  rig.remove();
  agent.destroy();
}

function startProxy() {
  const volumes = [...bad, ...good].map(
    (name) =>
      `[volume.${name}]\nbackend = "vfs"\npath = "${storage.path(name)}"\nhealth_check_interval = "${INTERVAL_S}s"\n`,
  );
  const file = join(rig.directory('config'), 'storage-proxy.toml');
  writeFileSync(file, `[api.manager]\nservice-addr = "127.0.0.1:${PORT}"\nsecret = "s"\n${volumes.join('')}`);
  const main = new URL('../../cli/main.ts', import.meta.url).pathname;
  return spawn(process.execPath, [main, 'proxy', '-c', file], { stdio: ['ignore', 'ignore', 'inherit'] });
}

function ask(): Promise<HealthReport> {
  const headers = { 'X-BackendAI-Storage-Auth-Token': 's' };
  return new Promise((resolve, reject) => {
    request({ port: PORT, path: '/manager-api/health', agent, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () => resolve(JSON.parse(text) as HealthReport));
    })
      .on('error', reject)
      .end();
  });
}

async function until(holds: (report: HealthReport) => boolean): Promise<void> {
  for (;;) {
    const report = await ask().catch(() => null);
    if (report !== null && Object.keys(report.volumes).length > 0 && holds(report)) return;
    await delay(100);
  }
}

/** How late each check of the good volumes was, by what the proxy itself had announced, and how many were not healthy. */
async function watchGood(seconds: number): Promise<{ lateMs: number[]; notHealthy: number }> {
  const lateMs: number[] = [];
  let notHealthy = 0;
  const known = new Map<string, { checked: number | null; due: number | null }>();
  const end = performance.now() + seconds * 1_000;
  while (performance.now() < end) {
    const { volumes } = await ask();
    for (const name of good) {
      const { checked_mono_ms: checked, next_check_mono_ms: due, status } = volumes[name]!;
      const before = known.get(name);
      known.set(name, { checked, due });
      if (before === undefined || before.checked === checked || checked === null) continue;
      if (before.due !== null) lateMs.push(checked - before.due);
      if (status !== 'healthy') notHealthy += 1;
    }
    await delay(LOOK_MS);
  }
  return { lateMs, notHealthy };
}

async function latencies(): Promise<number[]> {
  const times: number[] = [];
  for (let i = 0; i < REQUESTS; i += 1) {
    const start = performance.now();
    await ask();
    times.push(performance.now() - start);
  }
  return times;
}

function workerMemory(): { processes: number; pssMb: number } {
  const pids = childrenRunning('mount/child', service.pid);
  const pss = pids.map((pid) => Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1]));
  return { processes: pids.length, pssMb: pss.reduce((sum, kb) => sum + kb, 0) / 1_024 };
}

function lateness({ lateMs, notHealthy }: { lateMs: number[]; notHealthy: number }): string {
  return `${quantiles(lateMs, 0).join(', ')}; ${lateMs.length}; ${notHealthy}`;
}

function figures(values: readonly number[]): string {
  return quantiles(values, 2).slice(0, 2).join(', ');
}
