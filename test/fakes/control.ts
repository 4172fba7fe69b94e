import type { ApplianceAnswer, Dialect } from './dialect.ts';
import { FAULTS } from './faults.ts';

/** What can be done to a fake, over HTTP or by whoever runs it. */
export interface Controls {
  readonly dialect: Dialect;
  readonly state: () => string;
  readonly setState: (state: string) => Promise<void>;
  readonly expireTokens: () => void;
  readonly calls: () => number;
  readonly logins: () => number;
}

export const CONTROL_PATH = '/_fake';

/** Every word that a fake of this dialect understands, with its sentence: the vendor's states, then the faults. */
export function wordsOf({ states }: Dialect): Readonly<Record<string, string>> {
  return { ...states, ...FAULTS };
}

/** `null`: there is no such state. */
export function unknownState(dialect: Dialect, word: string): string | null {
  const words = wordsOf(dialect);
  if (Object.hasOwn(words, word)) return null;
  return `a fake ${dialect.name} has no state ${word}; it has ${Object.keys(words).join(', ')}`;
}

/** Answers whoever breaks the fake by hand; `afterwards` is to be called once the answer has gone out. */
export function answerControl(
  { method, path, body }: { method: string; path: string; body: string },
  controls: Controls,
): { answer: ApplianceAnswer; afterwards?: () => Promise<void> } {
  const { dialect, state, setState, expireTokens, calls, logins } = controls;
  switch (`${method} ${path.slice(CONTROL_PATH.length)}`) {
    case 'GET ':
      return {
        answer: {
          status: 200,
          body: {
            backend: dialect.name,
            state: state(),
            calls: calls(),
            logins: logins(),
            states: dialect.states,
            faults: FAULTS,
          },
        },
      };
    case 'PUT /state': {
      const word = body.trim();
      const problem = unknownState(dialect, word);
      if (problem !== null) return { answer: { status: 400, body: { error: problem } } };
      return { answer: { status: 200, body: { state: word } }, afterwards: () => setState(word) };
    }
    case 'POST /expire-tokens':
      expireTokens();
      return { answer: { status: 200, body: { state: state() } } };
    default:
      return {
        answer: {
          status: 404,
          body: {
            error: `there are GET ${CONTROL_PATH}, PUT ${CONTROL_PATH}/state, POST ${CONTROL_PATH}/expire-tokens`,
          },
        },
      };
  }
}
