#!/usr/bin/env node
// Plain JavaScript that old versions of Node can read, so that they can say what is wrong with them.
import { existsSync } from 'node:fs';

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 24 || (major === 24 && minor < 12)) {
  console.error(`volhealth needs Node 24.12 or newer; this is Node ${process.versions.node}.`);
  console.error('In a checkout, run it through npm, which brings its own Node on Linux and Windows:');
  console.error('  npm ci && npm start        or  npx volhealth status');
  console.error('Elsewhere install Node 24: https://nodejs.org/en/download');
  process.exit(2);
}
const isCheckout = existsSync(new URL('./main.ts', import.meta.url));
await import(isCheckout ? './main.ts' : '../dist/cli/main.js');
