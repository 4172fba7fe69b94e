/** Gives the one thing of a key to all volumes of a proxy that ask for it, made by the first. */
export type Sharing = <T extends object>(key: string, create: () => T) => T;

export function createSharing(): Sharing {
  const things = new Map<string, object>();
  return <T extends object>(key: string, create: () => T): T => {
    const known = things.get(key);
    if (known !== undefined) return known as T;
    const made = create();
    things.set(key, made);
    return made;
  };
}
