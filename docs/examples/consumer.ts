import { createManagerClient } from 'volhealth/client';

const manager = createManagerClient({ url: process.env['VOLHEALTH_URL'] ?? 'http://127.0.0.1:6080' });
for (const { proxy_name, volume_id, status, status_info } of await manager.volumeHealthList.query()) {
  console.log(`${proxy_name}:${volume_id} is ${status}: ${status_info ?? 'no details'}`);
}
