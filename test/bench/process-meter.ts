import { Session } from 'node:inspector/promises';
import { hotFunctions } from './hot-functions.ts';
import type { MeterReading, MeterReply, MeterRequest } from './meter-messages.ts';

// Loaded into a process by `node --expose-gc --import`: whoever started it learns by messages how busy it is.

/** Oftener it would itself take a percent of a core. */
const TICK_MS = 50;

let lagsMs: number[] = [];
let tickedMs = performance.now();
let begun = { wallMs: performance.now(), cpu: process.cpuUsage() };

setInterval(() => {
  const nowMs = performance.now();
  for (let late = nowMs - tickedMs - TICK_MS; late > -TICK_MS; late -= TICK_MS) lagsMs.push(Math.max(0, late));
  tickedMs = nowMs;
}, TICK_MS).unref();

process.on('message', (request: MeterRequest) => {
  if (request.meter === 'begin') begin();
  else if (request.meter === 'end') reply({ reading: read() });
  else if (request.meter === 'profile') void profile(request.ms).then((text) => reply({ profile: text }));
});
process.channel?.unref();

function begin(): void {
  lagsMs = [];
  begun = { wallMs: performance.now(), cpu: process.cpuUsage() };
}

function read(): MeterReading {
  const { user, system } = process.cpuUsage(begun.cpu);
  const wallMs = performance.now() - begun.wallMs;
  const lags = lagsMs;
  globalThis.gc?.();
  return { wallMs, cpuMs: (user + system) / 1_000, lagsMs: lags, memory: process.memoryUsage() };
}

async function profile(ms: number): Promise<string> {
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.start');
  await new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
  const { profile: found } = await session.post('Profiler.stop');
  session.disconnect();
  return hotFunctions(found);
}

function reply(message: MeterReply): void {
  process.send?.(message);
}
