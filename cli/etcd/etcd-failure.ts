/** What a failure says, and what it means to whoever has to mend it; the first that fits counts. */
const MEANINGS: readonly (readonly [pattern: RegExp, meaning: string])[] = [
  [/invalid user ID or password/, 'it refuses the password: check user and password in [etcd]'],
  [/user name is empty|invalid auth token/, 'it wants a user: set user and password in [etcd]'],
  [/authentication is not enabled/, 'it has no users: leave user and password in [etcd] empty'],
  [/permission denied/, 'the user may not read the proxies: grant its role read of that prefix'],
  [/ECONNREFUSED/, 'connection refused'],
  [/Name resolution failed|ENOTFOUND|EAI_AGAIN/, 'the host is not known'],
  [/EHOSTUNREACH|ENETUNREACH/, 'there is no way to the host'],
  [/certificate has expired/, 'its certificate has expired'],
  [/ERR_TLS_CERT_ALTNAME_INVALID/, 'its certificate is for another name: name it in addr as the certificate does'],
  [/unable to verify|self-signed|unable to get/, 'no known authority has signed its certificate: set ca in [etcd]'],
  [
    /alert (?:bad certificate|certificate|unknown ca|handshake)/,
    'it refuses our certificate: set client_cert and client_key in [etcd]',
  ],
  [/before secure TLS|wrong version number/, 'it does not speak TLS: leave ssl_enabled, ca and client_cert away'],
  [/Failed to connect|Connection dropped/, 'it hangs up; if it speaks TLS, set ca or ssl_enabled in [etcd]'],
  [/Deadline exceeded|no answer within/i, 'no answer within 5 s'],
  [/ENOENT|EACCES|EISDIR/, 'a file that [etcd] names cannot be read'],
  [/no leader|request timed out/, 'it has no leader'],
];

/** Why etcd cannot be asked, in words without a secret. */
export function etcdFailure(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const [, meaning] = MEANINGS.find(([pattern]) => pattern.test(message)) ?? [];
  return meaning ?? message.split('\n')[0]!.slice(0, 200);
}
