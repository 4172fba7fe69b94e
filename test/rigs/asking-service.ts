import { createMountPool } from '../../backends/mount/worker-pool.ts';
import { childrenRunning } from './processes.ts';
import { look } from '../questions.ts';

// A service that asks the mounts it is started with and, once each has answered or hangs, says which workers it has.
// Then it stops if its first argument says so, and in any case has nothing more to do.

const [order, ...paths] = process.argv.slice(2);
const pool = createMountPool();
let answered = 0;
for (const path of paths) {
  pool.ask(look(path)).then(
    () => (answered += 1),
    () => {},
  );
}
const watch = setInterval(() => {
  if (answered + pool.counts().silent < paths.length) return;
  clearInterval(watch);
  console.log(childrenRunning('mount/child').join(' '));
  if (order === 'stop') pool.stop();
}, 10);
