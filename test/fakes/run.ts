import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { unknownState } from './control.ts';
import { FAKES, type KnownDialect, type KnownProxy } from './dialects.ts';
import { type Fake, startFake } from './fake-server.ts';
import { configOn, introduction, usage } from './run-texts.ts';
import { createAuthority } from './tls-material.ts';

// `npm run fake -- VENDOR [--state STATE] …`: a fake appliance by hand, for as long as it is not interrupted.

interface Wanted {
  readonly known: KnownDialect | KnownProxy;
  readonly state: string;
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
  /** Where to write a configuration. */
  readonly config: string | undefined;
}

/** The caller's mistake: printed as it stands, exit 2. */
class Mistake extends Error {}

try {
  const wanted = readArguments();
  if (wanted === null) console.log(usage());
  else await serve(wanted);
} catch (error) {
  console.error(`fake: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = error instanceof Mistake ? 2 : 1;
}

/** `null`: help is wanted. */
function readArguments(): Wanted | null {
  const { values, positionals } = parse();
  if (values.help === true) return null;
  const [vendor, ...more] = positionals;
  const vendors = Object.keys(FAKES).join(', ');
  const known = FAKES[vendor ?? ''];
  if (vendor === undefined || more.length > 0) throw new Mistake(`name one vendor: ${vendors}`);
  if (known === undefined) throw new Mistake(`there is no fake ${vendor}; there are ${vendors}`);
  const { state = 'well', host = '127.0.0.1', port = `${known.dialect.port}`, tls = false, config } = values;
  const problem = unknownState(known.dialect, state);
  if (problem !== null) throw new Mistake(problem);
  if (!/^\d+$/.test(port) || Number(port) > 65_535) throw new Mistake(`--port: expected 0 to 65535, found ${port}`);
  return { known, state, host, port: Number(port), tls, config };
}

function parse() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        state: { type: 'string' },
        host: { type: 'string' },
        port: { type: 'string' },
        tls: { type: 'boolean' },
        config: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    throw new Mistake(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

async function serve({ known, state, host, port, tls, config }: Wanted): Promise<void> {
  const authority = tls ? await createAuthority() : null;
  const identity = (await authority?.issue({ names: ['localhost', '127.0.0.1', '::1', host] })) ?? null;
  const fake = await startFake(known.dialect, { host, port, tls: identity, state });
  const directory = authority === null ? null : mkdtempSync(join(tmpdir(), 'volhealth-fake-'));
  const caFile = directory === null ? null : join(directory, 'ca.pem');
  if (authority !== null && caFile !== null) writeFileSync(caFile, authority.caPem);

  console.log(introduction(known, fake, caFile));
  if (config !== undefined) {
    const { text, command } = configOn(known, fake, { caFile, file: config });
    writeFileSync(config, text);
    console.log(`Ask it, in another terminal:\n  ${command}\n`);
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      if (directory !== null) rmSync(directory, { recursive: true });
      process.exit(0);
    });
  }
  for await (const line of createInterface({ input: process.stdin })) await obey(known, fake, line.trim());
}

async function obey({ dialect }: Wanted['known'], fake: Fake, word: string): Promise<void> {
  if (word === 'expire-tokens') fake.expireTokens();
  else if (word !== '') {
    const problem = unknownState(dialect, word);
    if (problem !== null) return console.log(problem);
    await fake.setState(word);
  }
  console.log(`${fake.state()}; ${fake.calls()} calls and ${fake.logins()} logins so far`);
}
