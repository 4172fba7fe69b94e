import { clientTlsOf, type ClientMaterial, readClientTls } from '../../cli/client-tls.ts';
import type { ProxyAccesses } from '../../cli/proxy-access.ts';
import { createTlsAgent, fetchThrough } from '../../cli/tls-agent.ts';
import { describeFailure } from '../../client/failure.ts';
import type { ProxyEntry } from '../../schema/manager-config.ts';

export interface Load {
  readonly asked: () => number;
  /** Stops, and gives what went wrong, each in a sentence. */
  readonly end: () => Promise<readonly string[]>;
}

/** Asks the proxy `p` without a pause: over connections that stay, as the manager does, and over a new one each time. */
export function createLoad(access: ProxyAccesses, entry: ProxyEntry): Load {
  const failures: string[] = [];
  const over = new AbortController();
  let asked = 0;
  const asking = async (ask: () => Promise<unknown>) => {
    while (!over.signal.aborted) {
      await ask().catch((error: unknown) => failures.push(describeFailure(error).message));
      asked += 1;
    }
  };
  const poll = () => access.accessOf('p').poll({ known: null, signal: AbortSignal.timeout(10_000) });
  let material: ClientMaterial | null = null;
  const connect = async () => {
    // A certificate and its key are not replaced at one moment.
    material = await readClientTls(clientTlsOf('proxies.p', entry)).catch(() => material);
    if (material === null) return;
    const agent = createTlsAgent(material);
    const response = await fetchThrough(agent)(`${entry.manager_api}/livez`);
    await response.text();
    await agent.close();
  };
  const workers = [asking(poll), asking(poll), asking(poll), asking(connect)];
  return {
    asked: () => asked,
    async end() {
      over.abort();
      await Promise.all(workers);
      return failures;
    },
  };
}
