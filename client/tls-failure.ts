/** Codes of Node's about a certificate, by what is wrong with it. */
const BY_CODE: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'its certificate has expired',
  CERT_NOT_YET_VALID: 'its certificate is not valid yet',
  CERT_REVOKED: 'its certificate was revoked',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is self-signed',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate comes from an unknown authority',
  UNABLE_TO_GET_ISSUER_CERT: 'its certificate comes from an unknown authority',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its certificate comes from an unknown authority',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate comes from an unknown authority, or without its intermediate ones',
  INVALID_PURPOSE: 'its certificate is not one for a server',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name',
};

const REFUSES_OURS = 'it does not accept our client certificate';

/** What OpenSSL says, in the code (`ERR_SSL_WRONG_VERSION_NUMBER`) or, of an `EPROTO`, in the message. */
const BY_WORDS: readonly (readonly [RegExp, string])[] = [
  [
    /wrong.version.number|packet.length.too.long|http.request/i,
    'there is no TLS on that port: http:// instead of https://?',
  ],
  [/alert.protocol.version|unsupported.protocol/i, 'it does not speak TLS 1.2 or later'],
  [/certificate.required/i, 'it wants a certificate of its clients'],
  [/alert.unknown.ca/i, `${REFUSES_OURS}: it comes from an authority that it does not know`],
  [/alert.certificate.expired/i, `${REFUSES_OURS}: it has expired`],
  [/alert.certificate.revoked/i, `${REFUSES_OURS}: it was revoked`],
  [/alert.(bad|unsupported).certificate|alert.certificate.unknown|alert.access.denied/i, REFUSES_OURS],
  // Alert 40: before TLS 1.3 it is also what a server says to a client without a certificate.
  [/alert.handshake.failure/i, 'it refused the TLS handshake: it may want a certificate of its clients'],
];

/** Why TLS failed, as one sentence that follows the name of the other side; null if it is not TLS that failed. */
export function describeTlsFailure(code: string, message: string): string | null {
  const known = BY_CODE[code];
  if (known !== undefined) return known;
  if (/^ERR_SSL_|^ERR_TLS_|^EPROTO$/.test(code)) {
    const words = `${code} ${message}`;
    return BY_WORDS.find(([pattern]) => pattern.test(words))?.[1] ?? 'the TLS handshake failed';
  }
  return /CERT|^EE_|^CA_/.test(code) ? `its certificate cannot be accepted: ${code}` : null;
}
