import { pino } from 'pino';

export type Level = 'info' | 'warn' | 'error';

/** One line an event: for people on a terminal, JSON elsewhere. */
export type Log = (level: Level, message: string, fields?: Readonly<Record<string, unknown>>) => void;

/** `VOLHEALTH_LOG` (`text` or `json`) decides; else a terminal gets text and anything else JSON. */
export function createLog(component: string): Log {
  if ((process.env['VOLHEALTH_LOG'] ?? (process.stdout.isTTY ? 'text' : 'json')) === 'text') {
    return (level, message) => {
      const mark = level === 'info' ? '' : `${level}: `;
      console.log(`${new Date().toTimeString().slice(0, 8)} ${component}: ${mark}${message}`);
    };
  }
  const logger = pino({ base: { component }, timestamp: pino.stdTimeFunctions.isoTime });
  return (level, message, fields = {}) => {
    logger[level](fields, message);
  };
}
