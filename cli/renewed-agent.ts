import type { Agent, Dispatcher } from 'undici';
import { type ClientMaterial, type ClientTls, readClientTls } from './client-tls.ts';
import type { Log } from './log.ts';
import { openRenewedFiles } from './renewed-files.ts';
import { createTlsAgent } from './tls-agent.ts';

export interface RenewedAgent {
  readonly dispatcher: Dispatcher;
  /** Reads the files again now. Never rejects: what cannot be used is logged. */
  readonly reload: () => Promise<void>;
  readonly stop: () => void;
}

/**
 * Connects with what its files hold, also when they change: what is asked from then on goes over connections that are
 * made anew, so that a mistake shows at once, and what is under way goes on to its end. Rejects with a `CannotRun`.
 */
export async function openRenewedAgent(
  tls: ClientTls,
  { table, log }: { readonly table: string; readonly log: Log },
): Promise<RenewedAgent> {
  let agent: Agent | null = null;
  const { reload, stop } = await openRenewedFiles<ClientMaterial, ClientTls>(tls, {
    read: readClientTls,
    onRenewed(material) {
      void agent?.close();
      agent = createTlsAgent(material);
    },
    table,
    log,
  });
  const dispatcher: Pick<Dispatcher, 'dispatch'> = {
    dispatch: (options, handler) => agent?.dispatch(options, handler) ?? false,
  };
  return {
    dispatcher: dispatcher as Dispatcher,
    reload: () => reload(),
    stop() {
      stop();
      void agent?.close();
    },
  };
}
