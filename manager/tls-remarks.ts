import type { ProxyEntry } from '../schema/manager-config.ts';

/** Something that stops nothing, and that somebody should know. */
export interface TlsRemark {
  readonly key: keyof ProxyEntry;
  /** What follows the key in a message. */
  readonly problem: string;
}

/** What is odd about how a proxy's certificate is verified, or that ours is shown to it. */
export function tlsRemarks(entry: ProxyEntry): readonly TlsRemark[] {
  const { manager_api, ssl_verify, ca } = entry;
  if (!isHttps(manager_api)) {
    const given = (['ca', 'client_cert', 'client_key'] as const).filter((key) => entry[key] !== undefined);
    const keys = ssl_verify ? given : [...given, 'ssl_verify' as const];
    return keys.map((key) => ({ key, problem: 'has no effect: manager_api is not https' }));
  }
  if (ssl_verify) return [];
  return [
    { key: 'ssl_verify', problem: 'is false: its certificate is not verified' },
    ...(ca === undefined ? [] : [{ key: 'ca' as const, problem: 'has no effect: ssl_verify is false' }]),
  ];
}

export const isHttps = (url: string): boolean => URL.parse(url)?.protocol === 'https:';
