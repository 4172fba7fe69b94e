import { isHttps } from '../manager/tls-remarks.ts';
import type { ClientTls } from './client-tls.ts';
import type { NamedFile } from './pem-file.ts';
import { CannotRun, type Options, text } from './run.ts';

/** Options of a command that asks a manager. */
export const MANAGER_TLS_OPTIONS = {
  ca: { type: 'string' },
  'client-cert': { type: 'string' },
  'client-key': { type: 'string' },
} as const;

/** `fetch` for a manager: with the certificates that options or the environment name, if it serves HTTPS. */
export async function managerFetch(url: string, options: Options): Promise<typeof globalThis.fetch> {
  const tls = clientTlsOf(options);
  if (!isHttps(url)) {
    const [given] = Object.keys(MANAGER_TLS_OPTIONS).filter((name) => text(options, name) !== undefined);
    if (given !== undefined) console.error(`warning: --${given} has no effect: ${url} is not https`);
    return globalThis.fetch;
  }
  // Loaded only where it is needed: most managers are asked on their own machine, and at once.
  const [{ readClientTls }, { createTlsAgent, fetchThrough }] = await Promise.all([
    import('./client-tls.ts'),
    import('./tls-agent.ts'),
  ]);
  const material = await readClientTls(tls);
  for (const warning of material.warnings) console.error(`warning: ${warning}`);
  return fetchThrough(createTlsAgent(material));
}

function clientTlsOf(options: Options): ClientTls {
  const [cert, key] = [namedFile(options, 'client-cert'), namedFile(options, 'client-key')];
  if ((cert === undefined) !== (key === undefined)) {
    throw new CannotRun('--client-cert and --client-key go together: a certificate and its private key');
  }
  const identity = cert === undefined || key === undefined ? undefined : { cert, key };
  return { isVerified: true, ca: namedFile(options, 'ca'), identity };
}

function namedFile(options: Options, name: keyof typeof MANAGER_TLS_OPTIONS): NamedFile | undefined {
  const given = text(options, name);
  if (given !== undefined) return { key: `--${name}`, file: given };
  const variable = `VOLHEALTH_${name.toUpperCase().replace('-', '_')}`;
  const file = process.env[variable];
  return file === undefined || file === '' ? undefined : { key: `$${variable}`, file };
}
