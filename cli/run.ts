import { inspect, parseArgs, type ParseArgsConfig } from 'node:util';
import { ConfigError } from '../schema/config-file.ts';

/** One command of `volhealth`. */
export interface Command {
  readonly name: string;
  /** What stands behind the name, such as `VOLUME [-c FILE]`. */
  readonly usage: string;
  /** One line for the list of commands. */
  readonly summary: string;
  /** What `--help` says below usage and summary: options, exit codes, an example. */
  readonly help: string;
  readonly options: NonNullable<ParseArgsConfig['options']>;
  /** How many arguments it takes, at least and at most. */
  readonly args: readonly [number, number];
  /** Resolves with the exit code. */
  readonly run: (args: readonly string[], options: Options) => Promise<number>;
}

export type CommandLoader = () => Promise<Command>;

export type Options = Readonly<Record<string, string | boolean | undefined>>;

/** The caller's mistake, or something that cannot be done: printed as it stands, exit 2. */
export class CannotRun extends Error {
  override readonly name = 'CannotRun';
}

/** Runs what `argv` asks for and resolves with the exit code: 2 where it was asked wrongly. */
export async function run(commands: ReadonlyMap<string, CommandLoader>, argv: readonly string[]): Promise<number> {
  const [name, ...rest] = argv;
  if (name === undefined || name === 'help' || name === '--help' || name === '-h') {
    console.log(await overview(commands));
    return name === undefined ? 2 : 0;
  }
  const load = commands.get(name === '--version' ? 'version' : name);
  if (load === undefined) {
    console.error(`volhealth: there is no command "${name}"${suggestion(commands, name)}`);
    return 2;
  }
  const command = await load();
  try {
    const { values, positionals } = parseArgs({
      args: rest,
      options: { ...command.options, help: { type: 'boolean', short: 'h' } },
      allowPositionals: true,
    });
    if (values['help'] === true) {
      console.log(
        `Usage: volhealth ${`${command.name} ${command.usage}`.trim()}\n\n${command.summary}\n\n${command.help}`,
      );
      return 0;
    }
    const [least, most] = command.args;
    if (positionals.length < least || positionals.length > most) {
      throw new CannotRun(`usage: volhealth ${command.name} ${command.usage}`);
    }
    return await command.run(positionals, values);
  } catch (error) {
    console.error(complaint(command, error));
    return 2;
  }
}

/** A text option; absent where it was not given. */
export function text(options: Options, name: string): string | undefined {
  const value = options[name];
  return typeof value === 'string' ? value : undefined;
}

function complaint({ name }: Command, error: unknown): string {
  if (error instanceof ConfigError) {
    return [...error.warnings.map((warning) => `warning: ${warning}`), ...error.problems].join('\n');
  }
  const { code, message } = error as NodeJS.ErrnoException;
  if (error instanceof CannotRun) return `volhealth ${name}: ${message}`;
  if (code?.startsWith('ERR_PARSE_ARGS') === true) {
    return `volhealth ${name}: ${message.split('. ')[0]}; see volhealth ${name} --help`;
  }
  return `volhealth ${name}: ${inspect(error)}`;
}

async function overview(loaders: ReadonlyMap<string, CommandLoader>): Promise<string> {
  const commands = await Promise.all(Array.from(loaders.values(), (load) => load()));
  const width = Math.max(...commands.map(({ name }) => name.length));
  const lines = commands.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`);
  return `Usage: volhealth COMMAND [OPTIONS]\n\n${lines.join('\n')}\n\nvolhealth COMMAND --help says more, with an example.`;
}

function suggestion(commands: ReadonlyMap<string, CommandLoader>, wrong: string): string {
  const near = [...commands.keys()].find((name) => name.startsWith(wrong) || wrong.startsWith(name));
  return near === undefined ? '; see volhealth --help' : `; did you mean "${near}"?`;
}
