import { expect, it } from 'vitest';
import { locateKeys } from '../../schema/toml-lines.ts';

const TEXT = `# """ a comment that opens nothing
[api.manager] # 2
secret = "# no comment" # 3
"quoted.key" = 1 # 4
list = [
  ["nested"],
  "[no.table]", # ]
] # 5
text = """
[no.table]
key = 1
""" # 9
[volume.a-b] # 13
kebab-path = "/x" # 14
[volume.a_b] # 15
kebab_path = "/y" # 16
mount.fstype = "xfs" # 17
[[vfolder]] # 18
id = 1 # 19
[[ vfolder ]] # 20
id = 2 # 21
inline = { a = 1, b = { c = 2 } } # 22
kebab-key = 1 # 23
[tables]
"one name".path = "/z" # 25
"one name".mount.fstype = "xfs" # 26
[header.only.below] # 27
`;

it.each([
  [['api', 'manager'], 2],
  [['api', 'manager', 'secret'], 3],
  [['api', 'manager', 'quoted.key'], 4],
  [['api', 'manager', 'list'], 5],
  [['api', 'manager', 'list', 0], 5],
  [['api', 'manager', 'text'], 9],
  [['volume', 'a-b', 'kebab_path'], 14],
  [['volume', 'a_b', 'kebab_path'], 16],
  [['volume', 'a_b', 'mount', 'fstype'], 17],
  [['volume', 'a_b', 'missing'], 15],
  [['vfolder', 0, 'id'], 19],
  [['vfolder', 1, 'id'], 21],
  [['vfolder', 1, 'inline', 'b', 'c'], 22],
  [['vfolder', 1, 'kebab_key'], 23],
  [['vfolder', 1, 'ke_bab'], 20],
  [['tables', 'one name'], 25],
  [['tables', 'one name', 'missing'], 25],
  [['tables', 'one name', 'mount', 'missing'], 26],
  [['header', 'missing'], 27],
  [['no', 'table'], 1],
  [[], 1],
])('the key %j is on line %d', (path, line) => {
  expect(locateKeys(TEXT)(path)).toBe(line);
});

it('does not take long for a path of many parts', () => {
  const path = Array.from({ length: 5_000 }, () => 'a_b');
  expect(locateKeys(`${path.slice(0, 100).join('.')} = 1`)(path.slice(0, 100))).toBe(1);
  expect(locateKeys('')(path.slice(0, 1_000))).toBe(1);
});
