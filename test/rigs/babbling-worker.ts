import type { LookQuestion } from '../../backends/mount/mount-question.ts';

// A worker that answers a question with what its path says, instead of what is at the path.

const BABBLE: Readonly<Record<string, unknown>> = {
  '/a word that nobody knows': 'hello',
  '/an empty answer': {},
  '/an answer to another question': { outcome: 'written' },
  '/nothing': null,
};

process.on('message', ({ path }: LookQuestion) => void process.send?.(BABBLE[path]));
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
process.send?.('ready');
