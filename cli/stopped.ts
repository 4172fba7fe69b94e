import { onHangup } from './hangup.ts';

const LOOK_EVERY_MS = 500;

/**
 * Resolves, with the reason in words, once this process should end: at SIGINT or SIGTERM, or when its terminal or
 * whoever started it has gone. Later signals change nothing.
 */
export function stopped(): Promise<string> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => resolve(signal));
    onHangup((hangup) => {
      if (hangup === 'terminal closed') resolve('its terminal has closed');
    });
    process.on('disconnect', () => resolve('the process that started it has ended'));
    // npm starts us through a shell, which dies of a signal without passing it on.
    if (process.env['npm_lifecycle_event'] === undefined) return;
    const { ppid: shell } = process;
    const timer = setInterval(() => {
      if (process.ppid !== shell) resolve('npm has ended');
    }, LOOK_EVERY_MS);
    timer.unref();
  });
}
