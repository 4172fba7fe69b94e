import { TRPCClientError } from '@trpc/client';
import { describeTlsFailure } from './tls-failure.ts';

/** Why a service could not be asked, as one short sentence that a person understands. */
export class AskingFailed extends Error {
  override readonly name = 'AskingFailed';
  readonly kind: FailureKind;
  /** Of the answer that was none; null where there was no such answer. */
  readonly httpStatus: number | null;
  constructor(kind: FailureKind, message: string, options: AskingFailedOptions = {}) {
    super(message, options);
    this.kind = kind;
    this.httpStatus = options.httpStatus ?? null;
  }
}

export interface AskingFailedOptions extends ErrorOptions {
  readonly httpStatus?: number;
}

export type FailureKind =
  | 'refused'
  | 'dns'
  | 'tls'
  | 'timeout'
  | 'cut'
  | 'unreachable'
  | 'forbidden'
  | 'http'
  | 'unreadable'
  | 'too_large';

const BY_CODE: Readonly<Record<string, readonly [FailureKind, string]>> = {
  ECONNREFUSED: ['refused', 'connection refused'],
  ENOTFOUND: ['dns', 'host name not found'],
  EAI_AGAIN: ['dns', 'host name could not be looked up'],
  ECONNRESET: ['cut', 'connection was reset'],
  EPIPE: ['cut', 'connection was closed'],
  UND_ERR_SOCKET: ['cut', 'connection was closed before an answer came'],
  EHOSTUNREACH: ['unreachable', 'no route to the host'],
  ENETUNREACH: ['unreachable', 'no route to the network'],
  ETIMEDOUT: ['timeout', 'timed out while connecting'],
  UND_ERR_CONNECT_TIMEOUT: ['timeout', 'timed out while connecting'],
  UND_ERR_HEADERS_OVERFLOW: ['too_large', 'its answer has too large headers'],
};

/** Reads any error of a client of ours: the first link of its chain of causes that says why. */
export function describeFailure(error: unknown): AskingFailed {
  for (let link = error; link instanceof Error; link = link.cause ?? firstOf(link)) {
    if (link instanceof AskingFailed) return link;
    if (link.name === 'TimeoutError') return new AskingFailed('timeout', link.message, { cause: error });
    const code = codeOf(link);
    const known = BY_CODE[code];
    if (known !== undefined) return new AskingFailed(known[0], known[1], { cause: error });
    if (link.message === 'bad port') {
      return new AskingFailed('unreachable', 'its port is one that HTTP clients refuse to ask', { cause: error });
    }
    if (link.name === 'HTTPParserError') {
      return new AskingFailed('unreadable', 'its answer is not proper HTTP', { cause: error });
    }
    const tls = describeTlsFailure(code, link.message);
    if (tls !== null) return new AskingFailed('tls', tls, { cause: error });
  }
  const status = httpStatusOf(error);
  if (status !== null && (status < 200 || status > 299)) {
    const said = isOwnAnswer(error) && status < 500 ? `: ${error.message}` : '';
    return httpFailure(status, { said, cause: error });
  }
  if (isUnreadable(error)) return new AskingFailed('unreadable', 'its answer could not be read', { cause: error });
  const message = error instanceof Error ? error.message : String(error);
  return new AskingFailed('unreachable', `cannot be asked: ${message}`, { cause: error });
}

/** Node's code of an error; empty if it has none. Those of a `DOMException`, such as an abort, are numbers. */
function codeOf({ code }: NodeJS.ErrnoException): string {
  return typeof code === 'string' ? code : '';
}

/** An answer that is none, by its status and by what the other side `said` of it. */
export function httpFailure(
  status: number,
  { said = '', ...rest }: ErrorOptions & { said?: string } = {},
): AskingFailed {
  const options = { ...rest, httpStatus: status };
  if (status === 401 || status === 403) {
    return new AskingFailed('forbidden', `the secret is refused (HTTP ${status})`, options);
  }
  return new AskingFailed('http', `answered HTTP ${status}${said}`, options);
}

/** Whether the other side answered by tRPC, with words of its own. */
function isOwnAnswer(error: unknown): error is Error {
  return error instanceof TRPCClientError && error.data != null;
}

/** Whether an answer came and made no sense, to the parser, to tRPC or to the schema. */
function isUnreadable(error: unknown): boolean {
  if (error instanceof TRPCClientError) return error.cause instanceof SyntaxError || error.meta !== undefined;
  return error instanceof Error && error.name.endsWith('ZodError');
}

/** The status that a tRPC client error carries, of its own envelope or of the response it came in. */
function httpStatusOf(error: unknown): number | null {
  if (!(error instanceof TRPCClientError)) return null;
  const { data, meta } = error as {
    data?: { httpStatus?: unknown } | null;
    meta?: { response?: { status?: unknown } };
  };
  const status = data?.httpStatus ?? meta?.response?.status;
  return typeof status === 'number' ? status : null;
}

/** Node tries every address of a name, and wraps what each said. */
function firstOf(error: Error): unknown {
  return error instanceof AggregateError ? error.errors[0] : undefined;
}
