import { z } from 'zod';
import { type ListenAddress, parseAddress } from './proxy-config.ts';
import { Switch } from './switch.ts';

const ADDRESSES = 'expected an address such as "127.0.0.1:2379", or a list of them';

const Addresses = z
  .custom<unknown>((value) => parseAddresses(value) !== null, { error: ADDRESSES })
  .transform((value) => parseAddresses(value) as readonly ListenAddress[]);

const File = z.string({ error: 'expected a PEM file' }).min(1, { error: 'expected a PEM file' }).optional();

/** The etcd of a Backend.AI cluster: its `[etcd]` table as it stands in its own files, and how to speak TLS with it. */
export const EtcdConfig = z
  .strictObject({
    addr: Addresses.describe('Where etcd listens: one address, or a list of those of its members.'),
    namespace: z
      .string({ error: 'expected the namespace of the cluster, such as "local"' })
      .regex(/^[^/\s]+$/, { error: 'expected the namespace of the cluster, such as "local"' })
      .default('local')
      .describe('Namespace of the cluster in etcd.'),
    user: z.string().nullish().describe('A user of etcd that may read the proxies, if it has users.'),
    password: z.string({ error: 'expected a password' }).nullish().describe('Its password.'),
    ssl_enabled: Switch.optional().describe('Whether to speak TLS. Default: if one of the files below is named.'),
    ca: File.describe("PEM file with the authority of etcd's certificate, instead of the public ones."),
    client_cert: File.describe('PEM file with a certificate to show to etcd.'),
    client_key: File.describe('PEM file with its private key.'),
    cache: z
      .string({ error: 'expected a file' })
      .min(1, { error: 'expected a file' })
      .optional()
      .describe('File to keep the last known proxies in, for a start while etcd is away. It holds their secrets.'),
  })
  .superRefine(({ user, password, client_cert, client_key }, context) => {
    const fault = (key: string, message: string) => context.addIssue({ code: 'custom', path: [key], message });
    if (user && !password) fault('password', 'expected the password of the user');
    if ((client_cert === undefined) !== (client_key === undefined)) {
      fault(client_cert === undefined ? 'client_cert' : 'client_key', 'expected both client_cert and client_key');
    }
  });
export type EtcdConfig = z.infer<typeof EtcdConfig>;

function parseAddresses(value: unknown): readonly ListenAddress[] | null {
  const one = parseAddress(value);
  if (one !== null) return [one];
  if (!Array.isArray(value) || value.length === 0) return null;
  const all = value.map(parseAddress);
  return all.includes(null) ? null : (all as ListenAddress[]);
}
