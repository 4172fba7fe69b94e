import { tmpdir } from 'node:os';
import { stringify } from 'smol-toml';
import { CONTROL_PATH } from './control.ts';
import { DIALECTS, type KnownDialect } from './dialects.ts';
import type { Fake } from './fake-server.ts';
import { FAULTS } from './faults.ts';

export function usage(): string {
  return `Usage: npm run fake -- VENDOR [--state STATE] [--host HOST] [--port PORT] [--tls] [--config FILE]

Serves the API of an appliance that does not exist, well or broken, until it is interrupted.

VENDOR    ${Object.keys(DIALECTS).join(', ')}
--state   what it begins with: a state of the vendor's or a fault; both are listed when it starts. Default: well
--host    where it listens. Default: 127.0.0.1
--port    0: one that is free. Default: the vendor's own
--tls     HTTPS, with an authority of its own, whose certificate is written to a file
--config  writes a storage-proxy.toml with a volume on it, for \`volhealth probe\` or \`volhealth proxy\``;
}

/** All that somebody needs to know who started a fake by hand. */
export function introduction(known: KnownDialect, fake: Fake, caFile: string | null): string {
  const { name, states } = known.dialect;
  const curl = caFile === null ? 'curl' : `curl --cacert ${caFile}`;
  return `A fake ${name} listens at ${fake.url}

${volumeOn(known, fake, caFile)}

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

/** A volume on it for a `storage-proxy.toml`. Any directory does for its mount: there is nothing to mount. */
export function volumeOn({ dialect: { name }, endpoint }: KnownDialect, fake: Fake, caFile: string | null): string {
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
