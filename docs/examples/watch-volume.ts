import { createManagerClient, describeFailure } from 'volhealth/client';

const [host = 'proxy1:local'] = process.argv.slice(2);
const manager = createManagerClient({ url: process.env['VOLHEALTH_URL'] ?? 'http://127.0.0.1:6080' });

type Health = Awaited<ReturnType<typeof manager.volumeHealth.query>>;
let shown = '';
function show(health: Health): void {
  const line = health === null ? 'not known' : `${health.status} (${health.reason}): ${health.status_info ?? ''}`;
  if (line !== shown) console.log(`${host} is ${line}`);
  shown = line;
}

show(await manager.volumeHealth.query({ host }));
manager.watch.subscribe(
  { host },
  {
    onData({ data: event }) {
      if (event.type === 'snapshot') event.volumes.forEach(show);
      if (event.type === 'volume') show(event.current);
    },
    onConnectionStateChange: ({ error }) => error && console.error(`asking again: ${describeFailure(error).message}`),
    onError: (error) => console.error(`giving up: ${describeFailure(error).message}`),
  },
);
