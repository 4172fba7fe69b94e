import { randomUUID } from 'node:crypto';
import { isIP } from 'node:net';
import { generate } from 'selfsigned';

/** PEM texts, as a server takes them. */
export interface TlsIdentity {
  readonly key: string;
  readonly cert: string;
}

export interface CertificateRequest {
  /** Host names and IP addresses; of a client, what it is called. */
  readonly names: readonly string[];
  /** Whom it lets prove who he is. Default: a server. */
  readonly usage?: 'server' | 'client' | 'both';
  /** An hour ago, unless told. */
  readonly notBefore?: Date;
  /** A day ahead, unless told. */
  readonly notAfter?: Date;
}

export interface Authority {
  readonly caPem: string;
  readonly issue: (request: CertificateRequest) => Promise<TlsIdentity>;
  /** An authority that this one vouches for: what it issues comes with its own certificate behind it. */
  readonly intermediate: () => Promise<Authority>;
}

const KEY = { keyType: 'ec', curve: 'P-256', algorithm: 'sha256' } as const;
const HOUR_MS = 3_600_000;

/** An authority of its own, which nobody trusts who was not told to. */
export function createAuthority(): Promise<Authority> {
  return authorityBelow(null);
}

async function authorityBelow(root: TlsIdentity | null): Promise<Authority> {
  const { private: key, cert } = await generate(named(`Fake Authority ${randomUUID()}`), {
    ...KEY,
    ...validity({}),
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    ],
    ...(root === null ? {} : { ca: root }),
  });
  const own = { key, cert };
  return {
    caPem: cert,
    issue: async (request) => {
      const identity = await certify(request, own);
      return root === null ? identity : { ...identity, cert: `${identity.cert}\n${cert}` };
    },
    intermediate: () => authorityBelow(own),
  };
}

/** Signed by nobody else, as appliances come from the factory. */
export function selfSigned(names: readonly string[]): Promise<TlsIdentity> {
  return certify({ names }, null);
}

const isClient = ({ usage = 'server' }: CertificateRequest): boolean => usage !== 'server';

async function certify(request: CertificateRequest, ca: TlsIdentity | null): Promise<TlsIdentity> {
  const { private: key, cert } = await generate(named(request.names[0] ?? 'nameless'), {
    ...KEY,
    ...validity(request),
    extensions: [
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'keyUsage', digitalSignature: true, critical: true },
      { name: 'extKeyUsage', serverAuth: request.usage !== 'client', clientAuth: isClient(request) },
      { name: 'subjectAltName', altNames: request.names.map(altName) },
    ],
    ...(ca === null ? {} : { ca }),
  });
  return { key, cert };
}

const named = (value: string) => [{ name: 'commonName', value }];

const altName = (name: string) =>
  isIP(name) === 0 ? ({ type: 2, value: name } as const) : ({ type: 7, ip: name } as const);

function validity({ notBefore, notAfter }: Partial<CertificateRequest>) {
  return {
    notBeforeDate: notBefore ?? new Date(Date.now() - HOUR_MS),
    notAfterDate: notAfter ?? new Date(Date.now() + 24 * HOUR_MS),
  };
}
