import { inspect } from 'node:util';
import { pino } from 'pino';
import { printable } from '../schema/printable.ts';
import { REASONS, type Reason } from '../schema/reason.ts';

export type Level = 'info' | 'warn' | 'error';

/** One line an event: for people on a terminal, JSON elsewhere. `fields.err` is an error of ours, shown in full. */
export type Log = (level: Level, message: string, fields?: Readonly<Record<string, unknown>>) => void;

/** How loudly a verdict is logged. */
export function levelOf(reason: Reason): Level {
  const { severity } = REASONS[reason];
  if (severity === 'critical' || severity === 'error') return 'error';
  return severity === 'warning' ? 'warn' : 'info';
}

/** `VOLHEALTH_LOG` (`text` or `json`) decides; else a terminal gets text and anything else JSON. */
export function createLog(component: string): Log {
  if ((process.env['VOLHEALTH_LOG'] ?? (process.stdout.isTTY ? 'text' : 'json')) === 'text') {
    return (level, message, { err } = {}) => {
      const mark = level === 'info' ? '' : `${level}: `;
      console.log(`${new Date().toTimeString().slice(0, 8)} ${component}: ${mark}${printable(message)}`);
      if (err !== undefined) console.log(inspect(err));
    };
  }
  const logger = pino({ base: { component }, timestamp: pino.stdTimeFunctions.isoTime });
  return (level, message, fields = {}) => {
    logger[level](fields, message);
  };
}
