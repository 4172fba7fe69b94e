import { type StatsListener, unwatchFile, watchFile } from 'node:fs';

const LOOK_EVERY_MS = 1_000;
/** A file that is being written, and the key that belongs to a certificate, come in pieces. */
const QUIET_MS = 300;

/**
 * Calls back some time after one of these files was written, replaced, removed or made, also through a link, as
 * Kubernetes and certbot do it: once for several that change together. Looks at them every second, which works on any
 * file system, and keeps no process alive. The function it returns ends that.
 */
export function watchFiles(files: readonly string[], onChange: () => void): () => void {
  let quiet: NodeJS.Timeout | undefined;
  const listener: StatsListener = (now, before) => {
    if (now.mtimeMs === before.mtimeMs && now.ino === before.ino && now.size === before.size) return;
    clearTimeout(quiet);
    quiet = setTimeout(onChange, QUIET_MS);
    quiet.unref();
  };
  for (const file of files) watchFile(file, { interval: LOOK_EVERY_MS, persistent: false }, listener);
  return () => {
    clearTimeout(quiet);
    for (const file of files) unwatchFile(file, listener);
  };
}
