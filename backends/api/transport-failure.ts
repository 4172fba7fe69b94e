import { RequestError, TimeoutError } from 'got';
import type { ApiFailureKind } from './api-failed.ts';

interface Reading {
  readonly kind: ApiFailureKind;
  /** One sentence that follows the endpoint. */
  readonly sentence: string;
}

const unreachable = (sentence: string): Reading => ({ kind: 'unreachable', sentence });
const untrusted = (sentence: string): Reading => ({ kind: 'untrusted', sentence });
const unreadable = (sentence: string): Reading => ({ kind: 'unreadable', sentence });
const late = (sentence: string): Reading => ({ kind: 'timeout', sentence });

const UNKNOWN_AUTHORITY = untrusted('its certificate comes from an unknown authority: name that in `ca`');

/** Codes of Node's own errors, and of OpenSSL's. */
const BY_CODE: Readonly<Record<string, Reading>> = {
  ECONNREFUSED: unreachable('connection refused'),
  ENOTFOUND: unreachable('host name not found'),
  EAI_AGAIN: unreachable('host name cannot be looked up'),
  EHOSTUNREACH: unreachable('no route to the host'),
  ENETUNREACH: unreachable('no route to the network'),
  ECONNRESET: unreachable('the connection was cut'),
  ERR_STREAM_PREMATURE_CLOSE: unreachable('the connection was cut'),
  ERR_HTTP_CONTENT_LENGTH_MISMATCH: unreachable('the connection was cut in the middle of the answer'),
  EPIPE: unreachable('the connection was cut'),
  ETIMEDOUT: late('timed out while connecting'),
  CERT_HAS_EXPIRED: untrusted('its certificate has expired'),
  CERT_NOT_YET_VALID: untrusted('its certificate is not valid yet'),
  DEPTH_ZERO_SELF_SIGNED_CERT: untrusted('its certificate is self-signed: name it in `ca`'),
  SELF_SIGNED_CERT_IN_CHAIN: UNKNOWN_AUTHORITY,
  UNABLE_TO_GET_ISSUER_CERT: UNKNOWN_AUTHORITY,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNKNOWN_AUTHORITY,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNKNOWN_AUTHORITY,
  ERR_TLS_CERT_ALTNAME_INVALID: untrusted('its certificate is for another name'),
};

/** What OpenSSL says, which comes in the code (`ERR_SSL_WRONG_VERSION_NUMBER`) or in the message (of an `EPROTO`). */
const BY_TLS_WORDS: readonly (readonly [RegExp, Reading])[] = [
  [
    /wrong.version.number|packet.length.too.long|http.request/i,
    unreachable('there is no TLS on that port: http:// instead of https://?'),
  ],
  [/alert.protocol.version|unsupported.protocol/i, unreachable('it does not speak TLS 1.2 or later')],
  [/certificate.required/i, unreachable('it wants a certificate of its clients')],
];
const TLS_FAILED = unreachable('the TLS handshake failed');

const BY_PHASE: Readonly<Record<string, string>> = {
  lookup: 'its host name could not be looked up in time',
  connect: 'timed out while connecting',
  secureConnect: 'the TLS handshake took too long',
};

/** Reads why there was no answer to a request. */
export function describeTransport(error: RequestError): Reading {
  if (error instanceof TimeoutError) return late(BY_PHASE[error.event] ?? 'no answer in time');
  const { code } = error;
  const known = BY_CODE[code];
  if (known !== undefined) return known;
  if (code.startsWith('HPE_')) return unreadable('its answer is not proper HTTP');
  if (/^ERR_SSL_|^ERR_TLS_|^EPROTO$/.test(code)) return describeTls(`${code} ${error.message}`);
  if (/CERT|^EE_|^CA_/.test(code)) return untrusted(`its certificate cannot be accepted: ${code}`);
  return unreachable(`it cannot be asked: ${code}`);
}

function describeTls(words: string): Reading {
  const [, reading] = BY_TLS_WORDS.find(([pattern]) => pattern.test(words)) ?? [null, TLS_FAILED];
  return reading;
}

const BEFORE_CONNECTION = /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT)$/;

/** Whether no connection came about, so that nothing can have been done at the other end. */
export function isBeforeConnection(error: unknown): boolean {
  if (error instanceof TimeoutError) return error.event in BY_PHASE;
  return error instanceof RequestError && BEFORE_CONNECTION.test(error.code);
}
