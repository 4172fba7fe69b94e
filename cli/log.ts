import { pino } from 'pino';

export type Level = 'info' | 'warn' | 'error';

/** One line an event: for people on a terminal, JSON elsewhere. */
export type Log = (level: Level, message: string, fields?: Readonly<Record<string, unknown>>) => void;

export function createLog(component: string): Log {
  if (process.stdout.isTTY) {
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
