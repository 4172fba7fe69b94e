import { isatty } from 'node:tty';

/** What a SIGHUP means: that the terminal has gone, or that somebody wants the configuration to be read again. */
export type Hangup = 'terminal closed' | 'reload';

/** Of the standard streams those that were a terminal's when the process began. */
const TERMINAL = [0, 1, 2].filter((stream) => isatty(stream));

/** Hears of every SIGHUP, which ends the process no more; the function it returns takes that back. */
export function onHangup(listener: (hangup: Hangup) => void): () => void {
  const heard = () => listener(hasTerminalClosed() ? 'terminal closed' : 'reload');
  process.on('SIGHUP', heard);
  return () => {
    process.off('SIGHUP', heard);
  };
}

/** Windows has the signal for nothing else. A terminal that has gone is one no longer. */
function hasTerminalClosed(): boolean {
  return process.platform === 'win32' || (TERMINAL.length > 0 && !TERMINAL.some((stream) => isatty(stream)));
}
