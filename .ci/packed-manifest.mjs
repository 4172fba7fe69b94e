// Run by npm before and after it packs. In a checkout, npm brings the Node that volhealth runs on; whoever installs the
// package has a Node, which must not be replaced behind their back.
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';

const MANIFEST = 'package.json';
const KEPT = 'package.json.orig';

// Also puts right what a run left that was interrupted.
if (existsSync(KEPT)) renameSync(KEPT, MANIFEST);
if (process.argv[2] === 'strip') {
  const text = readFileSync(MANIFEST, 'utf8');
  const { optionalDependencies: _, ...rest } = JSON.parse(text);
  writeFileSync(KEPT, text);
  writeFileSync(MANIFEST, `${JSON.stringify(rest, null, 2)}\n`);
}
