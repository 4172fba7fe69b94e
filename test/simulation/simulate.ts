import { runSimulation } from './run/run-simulation.ts';

// `npm run simulate`: says how it is used. It runs worlds in processes of their own; see rings.ts.

const interrupted = new AbortController();
process.once('SIGINT', () => interrupted.abort());

process.exitCode = await runSimulation(process.argv.slice(2), {
  worker: new URL('./run/worker.ts', import.meta.url),
  print: (text) => console.log(text),
  complain: (text) => console.error(text),
  signal: interrupted.signal,
});
