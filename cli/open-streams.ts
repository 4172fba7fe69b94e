import type { Server, ServerResponse } from 'node:http';

/**
 * Follows the answers of a server that have begun and whose end is not yet known: its streams. Cuts them at once when
 * called. Who hears a stream cut comes back; who hears it completed does not.
 */
export function streamsOf(server: Pick<Server, 'on'>): { readonly cut: () => void } {
  const open = new Set<ServerResponse>();
  server.on('request', (_request, response) => {
    open.add(response);
    response.once('close', () => open.delete(response));
  });
  return {
    cut() {
      for (const response of open) if (response.headersSent && !response.writableEnded) response.destroy();
    },
  };
}
