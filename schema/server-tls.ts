import { z } from 'zod';
import { Switch } from './switch.ts';

const PemFile = z.string({ error: 'expected a PEM file' }).nullish();

/** Keys of a table that says how a service serves HTTPS, as Backend.AI names them. */
export const ServerTls = z.strictObject({
  ssl_enabled: Switch.default(false).describe('Whether to serve HTTPS.'),
  ssl_cert: PemFile.describe('Certificate chain, a PEM file.'),
  ssl_privkey: PemFile.describe('Private key, a PEM file.'),
  ssl_client_ca: z
    .string({ error: 'expected a PEM file' })
    .min(1, { error: 'expected a PEM file' })
    .optional()
    .describe('PEM file with the authority of the certificates that clients must show. Default: they need none.'),
});
export type ServerTls = z.infer<typeof ServerTls>;

/** Finds fault with keys that do not go together. */
export function refuseHalfTls(tls: ServerTls, context: z.RefinementCtx): void {
  const fault = (key: keyof ServerTls, message: string) => {
    context.addIssue({ code: 'custom', path: [key], message });
  };
  if (!tls.ssl_enabled) {
    if (tls.ssl_client_ca !== undefined) fault('ssl_client_ca', 'expected `ssl_enabled = true` beside it');
  } else if (!tls.ssl_cert || !tls.ssl_privkey) {
    fault('ssl_enabled', 'expected ssl_cert and ssl_privkey beside it');
  }
}
