import type { z } from 'zod';
import { bodyOf, readAs } from './answer.ts';
import { ApiFailed } from './api-failed.ts';
import type { Authorization } from './authorization.ts';
import type { HttpClient } from './http-client.ts';
import { createJoining } from './joining.ts';
import { withoutSecrets } from './redaction.ts';
import { createTurns } from './turns.ts';

/** An API as its volumes ask it: with credentials, each call at most once at a time. */
export interface ApiSession {
  /**
   * Resolves with what the API answered to a GET, as `schema` has it; rejects with an `ApiFailed`. Joins the same call
   * if it is under way. The path is encoded, stands behind the endpoint, and holds its query.
   */
  readonly get: <S extends z.ZodType>(path: string, schema: S, signal: AbortSignal) => Promise<z.output<S>>;
  /** The text without any secret that the session knows. */
  readonly redact: (text: string) => string;
}

export interface ApiSessionOptions {
  readonly system: string;
  readonly http: HttpClient;
  readonly authorization: Authorization;
  /** How many calls may be out at once. */
  readonly maxCalls: number;
  /** Ends the calls that are heard out, too. */
  readonly stopping: AbortSignal;
}

export function createApiSession({ system, http, authorization, ...options }: ApiSessionOptions): ApiSession {
  const join = createJoining();
  const takeTurn = createTurns(options.maxCalls);
  let isLetIn = false;
  let trial: Promise<unknown> | null = null;

  return {
    async get(path, schema, signal) {
      const value = await join(path, signal, (shared) => askInTurn(path, shared));
      return readAs(schema, value, system);
    },
    redact: (text) => withoutSecrets(text, authorization.secrets()),
  };

  /**
   * Until credentials are known to be good, one call tries them and the others wait: each refusal counts. That call is
   * heard out, whoever gives up. Who waits for his turn gets his credentials when it comes: they may be refused by then.
   */
  async function askInTurn(path: string, signal: AbortSignal): Promise<unknown> {
    for (let other = tryingNow(); other !== null; other = tryingNow()) await other;
    signal.throwIfAborted();
    if (isLetIn) return takeTurn(signal, () => ask(path, signal));
    const asked = takeTurn(options.stopping, () => ask(path, options.stopping));
    const ended = () => {
      trial = null;
    };
    trial = asked.then(ended, ended);
    return asked;
  }

  function tryingNow(): Promise<unknown> | null {
    return isLetIn ? null : trial;
  }

  async function ask(path: string, signal: AbortSignal): Promise<unknown> {
    const call = async () => {
      const headers = await authorization.headers(signal);
      return { headers, answer: await http({ method: 'GET', path, headers, signal }) };
    };
    let { headers, answer } = await call();
    if (authorization.isRefusal(answer) && authorization.canRenew(headers)) ({ headers, answer } = await call());
    if (authorization.isRefusal(answer)) {
      isLetIn = false;
      const refusal = new ApiFailed(`${system} API authentication failed (HTTP ${answer.status})`, {
        kind: 'refused',
        system,
        status: answer.status,
      });
      throw authorization.giveUp(headers, refusal);
    }
    // An error may have come before anybody looked at the credentials.
    if (answer.status <= 299) {
      isLetIn = true;
      authorization.accepted(headers);
    }
    return bodyOf(answer, system);
  }
}
