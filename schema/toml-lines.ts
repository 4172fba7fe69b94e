/**
 * Finds the line of a key in a TOML text: of the key itself, else of the nearest table around it; 1 if there is none.
 * A key inside an inline table or an array is found at the line on which that begins. Keys may be in either spelling,
 * `like_this` or `like-this`.
 */
export function locateKeys(text: string): (path: readonly PropertyKey[]) => number {
  const lines = new Map<string, number>();
  const found = (path: readonly string[], line: number) => {
    for (const name of namesOf(path)) if (!lines.has(name)) lines.set(name, line);
  };
  /** Tables that have no header of their own begin with the first key that is dotted through them. */
  const dotted = (path: readonly string[], from: number, line: number) => {
    for (let length = from; length <= path.length; length += 1) found(path.slice(0, length), line);
  };
  const counts = new Map<string, number>();
  let table: readonly string[] = [];
  for (const { line, statement } of statementsIn(text)) {
    const [, brackets, name] = /^(\[\[?)\s*(.+?)\s*\]\]?$/s.exec(statement) ?? [];
    if (brackets !== undefined && name !== undefined) {
      table = keyParts(name);
      if (brackets === '[[') {
        const array = table.join('.');
        const nth = counts.get(array) ?? 0;
        counts.set(array, nth + 1);
        table = [...table, String(nth)];
      }
      dotted(table, 1, line);
    } else {
      const [key = ''] = /^(?:"[^"]*"|'[^']*'|[^="'])+(?==)/.exec(statement) ?? [];
      if (key !== '') dotted([...table, ...keyParts(key)], table.length + 1, line);
    }
  }
  return (path) => {
    for (let length = path.length; length > 0; length -= 1) {
      const line = namesOf(path.slice(0, length).map(String))
        .map((name) => lines.get(name))
        .find((at) => at !== undefined);
      if (line !== undefined) return line;
    }
    return 1;
  };
}

/** What may stand at one place: a multi-line or plain string, a comment, a bracket, or anything else. */
const TOKEN = /"""[^]*?(?:"""|$)|'''[^]*?(?:'''|$)|"(?:\\.|[^"\\\n])*"?|'[^'\n]*'?|#[^\n]*|[[\]{}\n]|[^"'#[\]{}\n]+/g;

/** Headers and key-value pairs without their comments, each with the line on which it begins. */
function statementsIn(text: string): { readonly line: number; readonly statement: string }[] {
  const statements: { line: number; statement: string }[] = [];
  let line = 1;
  let depth = 0;
  let current = { line, statement: '' };
  for (const [token] of text.matchAll(TOKEN)) {
    if (token === '[' || token === '{') depth += 1;
    else if (token === ']' || token === '}') depth -= 1;
    if (token === '\n' && depth <= 0) {
      statements.push(current);
      current = { line: line + 1, statement: '' };
    } else if (!token.startsWith('#')) {
      current.statement += token;
    }
    line += token.split('\n').length - 1;
  }
  return [...statements, current].map((each) => ({ ...each, statement: each.statement.trim() }));
}

const keyParts = (dotted: string): string[] =>
  Array.from(
    dotted.matchAll(/"([^"]*)"|'([^']*)'|([^\s."']+)/g),
    ([, basic, literal, bare]) => basic ?? literal ?? bare ?? '',
  );

/**
 * What a path is filed under, the most exact first: as it is written; in one spelling but for its second part, which is
 * often the name of a volume or a proxy; in one spelling altogether.
 */
function namesOf(path: readonly string[]): readonly string[] {
  const written = JSON.stringify(path);
  const named = path.map((part, i) => (i === 1 ? part : part.replaceAll('-', '_')));
  const spelt = path.map((part) => part.replaceAll('-', '_'));
  return [`written ${written}`, `named ${JSON.stringify(named)}`, `spelt ${JSON.stringify(spelt)}`];
}
