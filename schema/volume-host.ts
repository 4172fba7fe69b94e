/** One volume behind one proxy. `proxy` is the name the *manager's* configuration gives the proxy. */
export interface VolumeHost {
  readonly proxy: string;
  readonly volume: string;
}

/**
 * Splits `proxy:volume` at the *first* colon, as Backend.AI does (`StorageSessionManager.split_host`);
 * `null` where either part is missing.
 */
export function parseVolumeHost(text: string): VolumeHost | null {
  const colon = text.indexOf(':');
  if (colon < 1 || colon === text.length - 1) return null;
  return { proxy: text.slice(0, colon), volume: text.slice(colon + 1) };
}

export function formatVolumeHost({ proxy, volume }: VolumeHost): string {
  return `${proxy}:${volume}`;
}

/**
 * Whether a virtual folder of this host has no storage that could be checked: Backend.AI writes an empty host
 * or the volume `noop` for folders that it does not manage.
 */
export function isNoStorage(host: string): boolean {
  return host === '' || parseVolumeHost(host)?.volume === 'noop';
}
