import { setTimeout as delay } from 'node:timers/promises';
import type { MeterReading } from './meter-messages.ts';
import { growthExponent, quantile, quantiles } from './quantiles.ts';
import { type Fleet, startFleet } from './start-fleet.ts';
import { type RunningManager, startManager } from './start-manager.ts';
import { judged, table } from './table.ts';

// What the manager takes while nothing happens but checks: time, memory and how late its timers are, with 1 to 1,000
// proxies, and with checks that find something else to say. Where a target is missed it also prints where the time goes.

const SIZES = (process.env['SIZES'] ?? '10,100,1000').split(',').map(Number);
const VOLUMES = 100;
const INTERVAL_S = 10;
const CHURN = 1;
const SETTLE_MS = 11_000;
const SMALL_MS = 10_000;
const LARGE_MS = 30_000;
const CHURN_MS = 20_000;
const PROFILE_MS = 6_000;
const TARGETS = {
  cpu: { most: 8, digits: 1, unit: '% of one core' },
  memory: { most: 2, digits: 2, unit: 'KiB a volume' },
  lag: { most: 50, digits: 1, unit: 'ms' },
};
const HEAD = [
  'manager',
  'CPU, % of one core',
  'timers late by, ms: p50',
  'p99',
  'max',
  'live heap, MB',
  'RSS, MB',
  'a volume, KiB: heap',
  'RSS',
];

interface Row {
  readonly title: string;
  readonly proxies: number;
  readonly reading: MeterReading;
}

const largest = Math.max(...SIZES);
const fleet = await startFleet({ proxies: largest, volumes: VOLUMES });
const rows: Row[] = [];
const profiles: string[] = [];
try {
  for (const proxies of [1, ...SIZES]) rows.push(...(await measureSize(proxies)));
} finally {
  fleet.stop();
}
report();

/** At the largest size also with churn, in the same process. */
async function measureSize(proxies: number): Promise<Row[]> {
  const isLargest = proxies === largest;
  const manager = await startManager({ fleet, proxies, intervalS: INTERVAL_S });
  try {
    await manager.untilSettled();
    await delay(SETTLE_MS);
    const title = `${proxies} ${proxies === 1 ? 'proxy' : 'proxies'} × ${VOLUMES} volumes`;
    const calm: Row = { title, proxies, reading: await measure(manager, isLargest ? LARGE_MS : SMALL_MS) };
    if (!isLargest) return [calm];
    if (missed(calm)) profiles.push(await profileOf(manager, title));
    const churned = `${title}, all with other figures each time`;
    await beginChurn(fleet);
    const churning: Row = { title: churned, proxies, reading: await measure(manager, CHURN_MS) };
    if (missed(churning)) profiles.push(await profileOf(manager, churned));
    return [calm, churning];
  } finally {
    await manager.stop();
  }
}

async function measure({ meter }: RunningManager, ms: number): Promise<MeterReading> {
  meter.begin();
  await delay(ms);
  return meter.end();
}

async function beginChurn({ churn }: Fleet): Promise<void> {
  churn(CHURN);
  await delay(2_000);
}

async function profileOf({ profile }: RunningManager, title: string): Promise<string> {
  return `${title}: where ${PROFILE_MS / 1_000} s went\n${await profile(PROFILE_MS)}`;
}

function missed(row: Row): boolean {
  return cpuOf(row) > TARGETS.cpu.most || lagOf(row) > TARGETS.lag.most;
}

function report(): void {
  const calm = rows.slice(1, 1 + SIZES.length);
  const worst = calm.at(-1)!;
  const exponent = (value: (row: Row) => number) =>
    growthExponent(calm.map((row) => ({ x: row.proxies - 1, y: value(row) - value(rows[0]!) }))).toFixed(2);
  console.log(`the manager at rest, polls every ${INTERVAL_S} s and streams, each volume checked every 30 s
CPU of all its threads; memory after a full collection, "a volume" is its growth beyond the manager of 1 proxy
${table(HEAD, rows.map(cells))}
growth beyond 1 proxy with n more: CPU ~ n^${exponent(cpuOf)}, heap ~ n^${exponent(heapOf)}, RSS ~ n^${exponent(rssOf)}
${worst.title}:
  CPU: ${judged(cpuOf(worst), TARGETS.cpu)}
  memory (RSS): ${judged(perVolume(worst, rssOf), TARGETS.memory)}
  event loop, p99: ${judged(lagOf(worst), TARGETS.lag)}
${profiles.map((profile) => `\n${profile}\n`).join('')}`);
}

function cells(row: Row): string[] {
  const aVolume = (value: (row: Row) => number) => (row.proxies === 1 ? '' : perVolume(row, value).toFixed(2));
  return [
    row.title,
    cpuOf(row).toFixed(2),
    ...quantiles(row.reading.lagsMs, 1),
    megabytes(heapOf(row)),
    megabytes(rssOf(row)),
    aVolume(heapOf),
    aVolume(rssOf),
  ];
}

function megabytes(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(1);
}

function perVolume(row: Row, value: (row: Row) => number): number {
  return (value(row) - value(rows[0]!)) / ((row.proxies - 1) * VOLUMES) / 1_024;
}

function cpuOf({ reading }: Row): number {
  return (100 * reading.cpuMs) / reading.wallMs;
}

function lagOf({ reading }: Row): number {
  return quantile(reading.lagsMs, 0.99);
}

function heapOf({ reading: { memory } }: Row): number {
  return memory.heapUsed + memory.external;
}

function rssOf({ reading: { memory } }: Row): number {
  return memory.rss;
}
