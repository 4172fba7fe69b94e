/** Keys and values. */
export type Pairs = ReadonlyMap<string, string>;

/** One connection to a store of keys: it is asked for those that somebody follows, and for no others. */
export interface KeyStore {
  /** All of them as they are now. Rejects within a time of its own where it cannot be had. */
  readonly read: () => Promise<Pairs>;
  /** Resolves once every later change is told, until it is told that no more will be. Rejects as `read` does. */
  readonly watch: (hearer: KeyHearer) => Promise<void>;
  /** Ends everything at once, whatever is under way. */
  readonly close: () => void;
}

export interface KeyHearer {
  readonly onChange: () => void;
  readonly onBroken: (error: unknown) => void;
}
