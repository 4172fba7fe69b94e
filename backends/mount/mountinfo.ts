/** A row of `/proc/self/mountinfo`; see proc_pid_mountinfo(5). */
export interface MountRow {
  readonly id: number;
  /** Directory of the file system that forms the root of this mount; ends in `//deleted` once that is removed. */
  readonly root: string;
  readonly mountPoint: string;
  /** Of this mount alone. */
  readonly options: readonly string[];
  readonly fstype: string;
  readonly source: string;
  /** Of the whole file system. */
  readonly superOptions: readonly string[];
}

/** Reads `/proc/self/mountinfo`, by mount id. A line that cannot be understood is left out. */
export function parseMountinfo(text: string): ReadonlyMap<number, MountRow> {
  const rows = text.split('\n').flatMap((line) => parseRow(line) ?? []);
  return new Map(rows.map((row) => [row.id, row]));
}

function parseRow(line: string): MountRow | null {
  const fields = line.split(' ');
  // Any number of optional fields, none included, stands before the `-`.
  const separator = fields.indexOf('-', 6);
  if (separator < 0) return null;
  const [id, , , root, mountPoint, options] = fields;
  const [fstype, source, superOptions = ''] = fields.slice(separator + 1);
  if (!id || !root || !mountPoint || !options || !fstype || source === undefined) return null;
  return {
    id: Number(id),
    root: unescaped(root),
    mountPoint: unescaped(mountPoint),
    options: splitOptions(options),
    fstype: unescaped(fstype),
    source: unescaped(source),
    superOptions: splitOptions(superOptions),
  };
}

/** The kernel writes blanks, tabs, newlines, `\` and `#` as three octal digits. */
function unescaped(field: string): string {
  return field.replaceAll(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}

/** Options are parted by commas, but not within quotes, as in `context="a,b"`. */
function splitOptions(field: string): string[] {
  return field.match(/(?:[^,"]|"[^"]*"?)+/g)?.map(unescaped) ?? [];
}
