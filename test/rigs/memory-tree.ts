/** A directory, with its entries; a file, with its content; or a link, with its target. */
export interface MemoryNode {
  readonly id: bigint;
  readonly name: string;
  readonly mode: number;
  /** The directory right below the root that it is or lies in; `.` for the root. */
  readonly home: string;
  readonly entries: Map<string, MemoryNode>;
  changedAtSeconds: number;
  content: Buffer;
}

export interface MemoryTree {
  /** One that was removed is still found: whoever has it open may go on. */
  readonly find: (id: bigint) => MemoryNode | undefined;
  readonly make: (parent: MemoryNode, name: string, mode: number) => MemoryNode;
  /** Every path with its content; that of a directory ends with a slash. */
  readonly list: () => Record<string, string>;
}

export const DIRECTORY_MODE = 0o40_000;
export const FILE_MODE = 0o100_000;
export const LINK_MODE = 0o120_000;

export const isDirectory = ({ mode }: MemoryNode): boolean => (mode & DIRECTORY_MODE) !== 0;

/** Directories and files in memory: at first, directories with these names. */
export function createMemoryTree(names: readonly string[]): MemoryTree {
  const nodes = new Map<bigint, MemoryNode>();
  const root = add('.', '.', DIRECTORY_MODE | 0o755);
  for (const name of names) make(root, name, DIRECTORY_MODE | 0o755);
  return { find: (id) => nodes.get(id), make, list: () => Object.fromEntries(pathsIn(root, '')) };

  function make(parent: MemoryNode, name: string, mode: number): MemoryNode {
    const node = add(name, parent === root ? name : parent.home, mode);
    parent.entries.set(name, node);
    return node;
  }

  function add(name: string, home: string, mode: number): MemoryNode {
    const id = BigInt(nodes.size + 1);
    const changedAtSeconds = Math.floor(Date.now() / 1_000);
    const node = { id, name, mode, changedAtSeconds, home, entries: new Map(), content: Buffer.alloc(0) };
    nodes.set(id, node);
    return node;
  }
}

function pathsIn(directory: MemoryNode, path: string): [string, string][] {
  return [...directory.entries.values()].flatMap((node) =>
    isDirectory(node)
      ? [[`${path}${node.name}/`, ''], ...pathsIn(node, `${path}${node.name}/`)]
      : [[path + node.name, node.content.toString('latin1')]],
  );
}
