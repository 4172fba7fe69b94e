import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { runInGuest } from './guest.ts';
import { unpackUml } from './uml-package.ts';
import { findMissing } from './wanted-programs.ts';

// `npm run test:kernels [-- nfs …]`: tests on file systems that the kernel of this machine may lack. Each `*.kernel.ts`
// is a file of tests like any other, run by a Vitest within a user-mode Linux of its own, which can change nothing here.
// The programs are this machine's; where one is missing, tests are skipped, and say so. Debian's packages for all of
// them: kmod iproute2 nfs-ganesha-vfs xfsprogs dmsetup autofs ceph ceph-fuse attr.

/** What is read of the report that Vitest writes. */
interface Report {
  readonly testResults: readonly {
    readonly status: string;
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
  }[];
}

const HERE = fileURLToPath(new URL('.', import.meta.url));
const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const LIMIT_MS = 300_000;
/** Without these no guest can be had. */
const PROGRAMS = { modprobe: 'kmod', ip: 'iproute2', 'mkfs.ext4': 'e2fsprogs', setpriv: 'util-linux' };

const tally = { passed: 0, failed: 0, skipped: 0 };
const uml = findObstacle() ?? (await unpackUml().catch(String));
for (const name of chosen()) {
  console.log(`\n== ${name}`);
  await test(name);
}
console.log(`\n${tally.passed} passed, ${tally.failed} failed, ${tally.skipped} skipped`);
process.exitCode = tally.failed > 0 ? 1 : 0;

function findObstacle(): string | null {
  if (process.platform !== 'linux' || process.arch !== 'x64') return 'it is for Linux on x86-64';
  if (process.geteuid?.() !== 0) return 'only root can have all its processes end with this one';
  return findMissing(PROGRAMS);
}

function chosen(): string[] {
  const names = readdirSync(HERE).flatMap((file) => /^(.+)\.kernel\.ts$/.exec(file)?.[1] ?? []);
  const wanted = process.argv.slice(2);
  const unknown = wanted.find((name) => !names.includes(name));
  if (unknown !== undefined) throw new Error(`there is no ${unknown}; there are ${names.join(', ')}`);
  return wanted.length === 0 ? names : names.filter((name) => wanted.includes(name));
}

async function test(name: string): Promise<void> {
  if (typeof uml === 'string') return skip(`no user-mode Linux can be had: ${uml}`);
  const startedMs = performance.now();
  const outcome = await runInGuest(uml, { script: scriptFor(name), limitMs: LIMIT_MS });
  const { hasStarted, output, report, isOverdue } = outcome;
  if (!hasStarted) return skip(`user-mode Linux does not start: ${output.trim()}`);
  console.log(output.trim());
  count(report);
  if (isOverdue) console.log(`failed: ${name} was not done after ${LIMIT_MS / 1_000} s`);
  console.log(`${name} took ${Math.round((performance.now() - startedMs) / 1_000)} s`);
}

function scriptFor(name: string): string {
  const options = ['--configLoader', 'native', '--disable-console-intercept', '--reporter=verbose', '--reporter=json'];
  return `cd ${JSON.stringify(ROOT)}
node node_modules/vitest/vitest.mjs run --config test/kernels/vitest.config.ts ${options.join(' ')} \\
  --outputFile="$REPORT" test/kernels/${name}.kernel.ts`;
}

function skip(why: string): void {
  console.log(`skipped: ${why}`);
  tally.skipped += 1;
}

/** A guest without a report, or a file that fails though no test of it does, counts as one failure. */
function count(report: string | null): void {
  if (report === null) tally.failed += 1;
  const files = report === null ? [] : (JSON.parse(report) as Report).testResults;
  for (const { status, assertionResults } of files) {
    const failed = assertionResults.filter((result) => result.status === 'failed').length;
    tally.failed += status === 'failed' ? Math.max(failed, 1) : failed;
    tally.passed += assertionResults.filter((result) => result.status === 'passed').length;
    for (const { fullName } of assertionResults.filter((result) => !['passed', 'failed'].includes(result.status))) {
      skip(fullName);
    }
  }
}
