import { tmpdir } from 'node:os';
import { stringify } from 'smol-toml';
import { CONTROL_PATH } from './control.ts';
import { FAKES, type KnownDialect, type KnownProxy } from './dialects.ts';
import type { Fake } from './fake-server.ts';
import { FAULTS } from './faults.ts';

export function usage(): string {
  return `Usage: npm run fake -- VENDOR [--state STATE] [--host HOST] [--port PORT] [--tls] [--config FILE]

Serves the API of an appliance that does not exist, well or broken, until it is interrupted.

VENDOR    ${Object.keys(FAKES).join(', ')}
--state   what it begins with: a state of the vendor's or a fault; both are listed when it starts. Default: well
--host    where it listens. Default: 127.0.0.1
--port    0: one that is free. Default: the vendor's own
--tls     HTTPS, with an authority of its own, whose certificate is written to a file
--config  writes a storage-proxy.toml with a volume on it, for \`volhealth probe\` or \`volhealth proxy\`; on a
          python-proxy a manager.toml, for \`volhealth manager\``;
}

/** All that somebody needs to know who started a fake by hand. */
export function introduction(known: KnownDialect | KnownProxy, fake: Fake, caFile: string | null): string {
  const { name, states } = known.dialect;
  const curl = caFile === null ? 'curl' : `curl --cacert ${caFile}`;
  return `A fake ${name} listens at ${fake.url}

${tableOn(known, fake, caFile)}

Its states:
${listOf(states)}

Faults, which any may have:
${listOf(FAULTS)}

It is ${fake.state()}. To change that, write a word of these and press Enter; expire-tokens does just that, and an empty
line tells what it was asked. Or from elsewhere:
  ${curl} ${fake.url}${CONTROL_PATH}
  ${curl} -X PUT --data ${Object.keys(states).at(-1)} ${fake.url}${CONTROL_PATH}/state
  ${curl} -X POST ${fake.url}${CONTROL_PATH}/expire-tokens
`;
}

/** A whole file that leads to it, and a command that reads the file. */
export function configOn(
  known: KnownDialect | KnownProxy,
  fake: Fake,
  { caFile, file }: { caFile: string | null; file: string },
): { text: string; command: string } {
  const table = tableOn(known, fake, caFile);
  if (!('endpoint' in known)) return { text: `${table}\n`, command: `npx volhealth manager -c ${file}` };
  const command = `npx volhealth probe ${known.dialect.name} -c ${file}`;
  return { text: `[api.manager]\nsecret = "fake"\n\n${table}\n`, command };
}

function tableOn(known: KnownDialect | KnownProxy, fake: Fake, caFile: string | null): string {
  if ('endpoint' in known) return volumeOn(known, fake, caFile);
  const entry = { manager_api: fake.url, ...fake.options, ...(caFile === null ? {} : { ca: caFile }) };
  return stringify({ proxies: { [known.dialect.name]: entry } }).trim();
}

/** A volume on it for a `storage-proxy.toml`. Any directory does for its mount: there is nothing to mount. */
function volumeOn({ dialect: { name }, endpoint }: KnownDialect, fake: Fake, caFile: string | null): string {
  const options = { [endpoint]: fake.url, ...fake.options, ...(caFile === null ? {} : { ca: caFile }) };
  const volume = { backend: name, path: tmpdir(), mount: { required: false }, options };
  return stringify({ volume: { [name]: volume } }).trim();
}

function listOf(words: Readonly<Record<string, string>>): string {
  const width = Math.max(...Object.keys(words).map((word) => word.length));
  return Object.entries(words)
    .map(([word, sentence]) => `  ${word.padEnd(width)}  ${sentence}`)
    .join('\n');
}
