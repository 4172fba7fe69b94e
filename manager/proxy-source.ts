import type { EtcdConfig } from '../schema/etcd-config.ts';
import type { ProxyEntry } from '../schema/manager-config.ts';

/** Proxies by name, as they are written: of a file or of etcd, keys in snake_case. */
export type WrittenProxies = Readonly<Record<string, unknown>>;

/** Where a manager's further proxies are written. */
export type ProxyPlace =
  | { readonly kind: 'etcd'; readonly etcd: EtcdConfig }
  | { readonly kind: 'file'; readonly file: string };

/** All proxies that a manager is to poll, and one sentence for each that cannot be, or for what is odd about it. */
export interface ProxyList {
  readonly proxies: Readonly<Record<string, ProxyEntry>>;
  readonly problems: readonly string[];
}

/** Hears of a manager's proxies. */
export interface ProxyListener {
  /** The first list, and each that differs from the one before. */
  readonly onProxies: (list: ProxyList) => void;
  /** That the source cannot be asked, in a sentence, once when it begins and when its cause changes; null when it is over. */
  readonly onAway: (sentence: string | null) => void;
}

/** A place of proxies that is followed until it is stopped. */
export interface ProxySource {
  readonly stop: () => void;
}
