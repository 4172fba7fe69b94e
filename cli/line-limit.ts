import type { Clock } from '../probe/clock.ts';

/** Lets through so many lines a minute for each key; how many more there were is told when the minute is over. */
export interface LineLimit {
  readonly write: (key: string, line: () => void) => void;
  readonly stop: () => void;
}

const WINDOW_MS = 60_000;

export function createLineLimit(
  clock: Pick<Clock, 'after'>,
  { perMinute, onOmitted }: { perMinute: number; onOmitted: (key: string, lines: number) => void },
): LineLimit {
  const windows = new Map<string, { lines: number; readonly cancel: () => void }>();

  return {
    write(key, line) {
      const window = windows.get(key) ?? opened(key);
      window.lines += 1;
      if (window.lines <= perMinute) line();
    },
    stop() {
      for (const { cancel } of windows.values()) cancel();
    },
  };

  function opened(key: string) {
    const cancel = clock.after(WINDOW_MS, () => {
      windows.delete(key);
      if (window.lines > perMinute) onOmitted(key, window.lines - perMinute);
    });
    const window = { lines: 0, cancel };
    windows.set(key, window);
    return window;
  }
}
