import { isIP } from 'node:net';
import { connect } from 'node:tls';

const DAY_MS = 86_400_000;
const PATIENCE_MS = 2_000;

/**
 * For how many whole days a server's own certificate has been expired; null if it is not, or does not tell in time.
 * Asks by a handshake of its own, over which nothing is sent.
 */
export async function daysExpired(endpoint: string, signal: AbortSignal): Promise<number | null> {
  const { hostname, port } = new URL(endpoint);
  const host = hostname.replace(/^\[|\]$/g, '');
  const servername = isIP(host) === 0 ? { servername: host } : {};
  return new Promise((resolve) => {
    const whatever = { rejectUnauthorized: false, timeout: PATIENCE_MS, ...servername };
    const socket = connect({ host, port: Number(port || 443), ...whatever });
    const end = (days: number | null) => {
      socket.destroy();
      signal.removeEventListener('abort', giveUp);
      resolve(days);
    };
    const giveUp = () => {
      end(null);
    };
    signal.addEventListener('abort', giveUp);
    socket.on('error', giveUp);
    socket.on('timeout', giveUp);
    socket.on('secureConnect', () => {
      const days = Math.floor((Date.now() - Date.parse(socket.getPeerCertificate().valid_to)) / DAY_MS);
      end(days >= 0 ? days : null);
    });
  });
}
