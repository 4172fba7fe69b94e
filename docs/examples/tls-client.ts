import { readFileSync } from 'node:fs';
import { Agent, fetch } from 'undici';
import { createManagerClient } from 'volhealth/client';

const read = (variable: string) => readFileSync(process.env[variable] ?? '', 'utf8');

const dispatcher = new Agent({
  connect: {
    ca: read('VOLHEALTH_CA'),
    // Only where the manager has ssl_client_ca:
    cert: read('VOLHEALTH_CLIENT_CERT'),
    key: read('VOLHEALTH_CLIENT_KEY'),
  },
});
const manager = createManagerClient({
  url: process.env['VOLHEALTH_URL'] ?? 'https://127.0.0.1:6080',
  fetch: ((input: string, init?: object) => fetch(input, { ...init, dispatcher })) as typeof globalThis.fetch,
});
for (const { proxy_name, status } of await manager.storageProxyHealthList.query()) {
  console.log(`${proxy_name} is ${status}`);
}
