import type { IncomingMessage, ServerResponse } from 'node:http';
import { text as readText } from 'node:stream/consumers';
import { toApplianceRequest } from './appliance-request.ts';
import { answerControl, CONTROL_PATH, unknownState } from './control.ts';
import type { Appliance, ApplianceRequest, Dialect } from './dialect.ts';
import { type Fault, isFault, playFault } from './faults.ts';
import { type Listener, type ListenerOptions, openListener } from './listener.ts';
import { type LoggedRequest, logRequest } from './request-log.ts';
import { sendAnswer } from './send-answer.ts';

export interface FakeOptions extends Partial<ListenerOptions> {
  /** A state of the dialect, or a fault; `well` unless told. */
  readonly state?: string;
}

export interface Fake
  extends AsyncDisposable,
    Pick<Appliance, 'options' | 'secrets' | 'expireTokens'>,
    Pick<Listener, 'renew'> {
  /** `http://127.0.0.1:1234`. */
  readonly url: string;
  /** The word that was set last. */
  readonly state: () => string;
  /** A fault lies over the state before it: what is right to answer is what that state answers. */
  readonly setState: (state: string) => Promise<void>;
  /** Breaks only what matches, path and query, whatever the state; `null` mends it. */
  readonly breakOnly: (pattern: RegExp | null, fault?: Exclude<Fault, 'refused'>) => void;
  /** Since `forget()`; none of the control. */
  readonly requests: readonly LoggedRequest[];
  /** Requests that came to the other origin, to which `redirect-away` and hostile links lead. */
  readonly strayRequests: readonly LoggedRequest[];
  /** How many requests were not for credentials. */
  readonly calls: () => number;
  readonly logins: () => number;
  readonly forget: () => void;
  /** How many connections are open. */
  readonly connections: () => number;
  /** Cuts every connection at once. */
  readonly close: () => Promise<void>;
}

/** A real server that speaks as the vendor's, until it is told to be in another state. */
export async function startFake(
  dialect: Dialect,
  { host = '127.0.0.1', port = 0, tls = null, state = 'well' }: FakeOptions = {},
): Promise<Fake> {
  const appliance = dialect.create();
  const requests: LoggedRequest[] = [];
  const strayRequests: LoggedRequest[] = [];
  let vendorState = 'well';
  let fault: Fault | null = null;
  let broken: { readonly pattern: RegExp; readonly fault: Fault } | null = null;

  const stray = await openListener(answerStray, { host, port: 0, tls });
  const listener = await openListener((request, response) => void answer(request, response), { host, port, tls }).catch(
    async (problem: unknown) => {
      await stray.close();
      throw problem;
    },
  );

  const fake: Fake = {
    url: listener.url,
    options: appliance.options,
    state: () => fault ?? vendorState,
    setState,
    breakOnly(pattern, its = 'busy') {
      broken = pattern === null ? null : { pattern, fault: its };
    },
    requests,
    strayRequests,
    calls: () => requests.filter(({ isLogin }) => !isLogin).length,
    logins: () => requests.filter(({ isLogin }) => isLogin).length,
    forget() {
      requests.length = 0;
      strayRequests.length = 0;
    },
    secrets: appliance.secrets,
    expireTokens: appliance.expireTokens,
    connections: listener.connections,
    renew: listener.renew,
    close,
    [Symbol.asyncDispose]: close,
  };
  await setState(state).catch(async (problem: unknown) => {
    await close();
    throw problem;
  });
  return fake;

  async function close(): Promise<void> {
    await Promise.all([listener.close(), stray.close()]);
  }

  async function setState(word: string): Promise<void> {
    const problem = unknownState(dialect, word);
    if (problem !== null) throw new Error(problem);
    fault = isFault(word) ? word : null;
    if (!isFault(word)) vendorState = word;
    await (fault === 'refused' ? listener.close() : listener.open());
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readText(request).catch(() => null);
    // The client has gone in the middle of its request.
    if (body === null) return;
    const asked = toApplianceRequest(request, body, stray.url);
    if (asked.path === CONTROL_PATH || asked.path.startsWith(`${CONTROL_PATH}/`)) return control(asked, response);
    requests.push(logRequest(request, appliance.isLogin(asked)));
    const rightAnswer = () => appliance.answer(asked, vendorState);
    const playing = broken?.pattern.test(request.url ?? '') ? broken.fault : fault;
    if (playing === null) return sendAnswer(response, rightAnswer());
    playFault(playing, {
      request,
      response,
      requestBody: body,
      rightAnswer,
      error: appliance.error,
      elsewhere: stray.url,
    });
  }

  function control(asked: ApplianceRequest, response: ServerResponse): void {
    const { answer: said, afterwards } = answerControl(asked, { dialect, ...fake });
    // Only then: to be refused would cut this very answer.
    if (afterwards !== undefined) response.once('finish', () => void afterwards());
    sendAnswer(response, said);
  }

  function answerStray(request: IncomingMessage, response: ServerResponse): void {
    strayRequests.push(logRequest(request, false));
    sendAnswer(response, { status: 200, body: {} });
  }
}
