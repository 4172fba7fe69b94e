import { execFile } from 'node:child_process';
import { findTool } from '../../find-tool.ts';
import type { XattrRead } from '../mount-question.ts';

/** What getfattr prints for an errno: its exit code is 1 for each of them, and strerror(3) has the texts. */
const ERRNO_BY_TEXT: Readonly<Record<string, number>> = {
  'Operation not permitted': 1,
  'No such file or directory': 2,
  'Input/output error': 5,
  'No such device or address': 6,
  'Cannot allocate memory': 12,
  'Permission denied': 13,
  'No such device': 19,
  'Not a directory': 20,
  'No such attribute': 61,
  'No data available': 61,
  'Operation not supported': 95,
  'Network is down': 100,
  'Network is unreachable': 101,
  'Software caused connection abort': 103,
  'Connection reset by peer': 104,
  'Transport endpoint is not connected': 107,
  'Cannot send after transport endpoint shutdown': 108,
  'Connection timed out': 110,
  'Connection refused': 111,
  'Host is down': 112,
  'No route to host': 113,
  'Stale file handle': 116,
};

/**
 * Reads an extended attribute through getfattr, as Node cannot. Throws a system error for what the file system
 * answered; a tool that is missing, or says something else, is told as such.
 */
export async function readXattr(path: string, name: string): Promise<XattrRead> {
  const tool = await findTool('getfattr');
  if (tool === null) return { missing: true };
  const { ok, text } = await run(tool, ['--absolute-names', '--only-values', '-n', name, '--', path]);
  if (ok) return { value: text };
  const said = text.slice(text.lastIndexOf(': ') + 2);
  const errno = ERRNO_BY_TEXT[said];
  if (errno === undefined) return { trouble: `getfattr failed: ${text}` };
  throw Object.assign(new Error(text), { errno: -errno });
}

function run(tool: string, args: readonly string[]): Promise<{ ok: boolean; text: string }> {
  return new Promise((resolve) => {
    execFile(tool, args, { cwd: '/', env: { LC_ALL: 'C' }, maxBuffer: 4_096 }, (error, stdout, stderr) => {
      if (error === null) resolve({ ok: true, text: stdout.trim() });
      else resolve({ ok: false, text: stderr.trim() || error.message });
    });
  });
}
