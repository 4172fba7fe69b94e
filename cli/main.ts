import { checkConfig } from './commands/check-config.ts';
import { manager } from './commands/manager.ts';
import { probe } from './commands/probe.ts';
import { proxy } from './commands/proxy.ts';
import { status } from './commands/status.ts';
import { up } from './commands/up.ts';
import { version } from './commands/version.ts';
import { type Command, run } from './run.ts';

const COMMANDS: readonly Command[] = [up, proxy, manager, status, probe, checkConfig, version];

process.exitCode = await run(COMMANDS, process.argv.slice(2));
