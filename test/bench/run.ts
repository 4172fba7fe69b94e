import { spawnSync } from 'node:child_process';

// `npm run bench -- NAME`: one bench. Each says what it skips, and why, and takes less than three minutes.

const BENCHES: ReadonlyMap<string, string> = new Map([
  ['hung-mounts', 'what 64 hung mounts cost the 64 good ones of the same proxy'],
  ['latency', 'from a change at a proxy to a GraphQL client: pushed, and polled'],
  ['scale', 'what the manager takes at rest, from 10 to 1,000 proxies with 100 volumes each'],
  ['subscribers', '1,000 GraphQL subscribers and one change; then half of them stop reading'],
]);

const [name, ...more] = process.argv.slice(2);
if (name === undefined) {
  const width = Math.max(...Array.from(BENCHES.keys(), (known) => known.length));
  for (const [known, what] of BENCHES) console.log(`npm run bench -- ${known.padEnd(width)}  ${what}`);
} else if (!BENCHES.has(name) || more.length > 0) {
  console.error(`bench: name one of ${Array.from(BENCHES.keys()).join(', ')}`);
  process.exitCode = 2;
} else {
  const { status } = spawnSync(process.execPath, [new URL(`./${name}.ts`, import.meta.url).pathname], {
    stdio: 'inherit',
  });
  process.exitCode = status ?? 1;
}
