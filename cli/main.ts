import { type CommandLoader, run } from './run.ts';

/** Loaded one at a time: `status` should not wait for what only a service needs. */
const COMMANDS: ReadonlyMap<string, CommandLoader> = new Map([
  ['up', async () => (await import('./commands/up.ts')).up],
  ['proxy', async () => (await import('./commands/proxy.ts')).proxy],
  ['manager', async () => (await import('./commands/manager.ts')).manager],
  ['status', async () => (await import('./commands/status.ts')).status],
  ['probe', async () => (await import('./commands/probe.ts')).probe],
  ['mark', async () => (await import('./commands/mark.ts')).mark],
  ['check-config', async () => (await import('./commands/check-config.ts')).checkConfig],
  ['version', async () => (await import('./commands/version.ts')).version],
]);

// Whoever read what is printed may have gone, as `head` does: that is no reason to end a service, or to complain.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});

process.exitCode = await run(COMMANDS, process.argv.slice(2));
// To whoever started us there is no more to say; an open channel would keep this process from ending.
if (process.connected) process.disconnect();
