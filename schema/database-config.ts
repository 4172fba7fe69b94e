import { z } from 'zod';
import { Interval, Timeout } from './duration.ts';
import { type ListenAddress, parseAddress } from './proxy-config.ts';
import { Switch } from './switch.ts';

const File = z.string({ error: 'expected a PEM file' }).min(1, { error: 'expected a PEM file' }).optional();

const Address = z
  .custom<unknown>((value) => parseAddress(value) !== null, { error: 'expected an address such as "127.0.0.1:5432"' })
  .transform((value) => parseAddress(value) as ListenAddress);

const Word = (error: string) => z.string({ error }).min(1, { error });

/** The database of a Backend.AI cluster: its `[db]` table as it stands in its own file, and how to speak TLS with it. */
export const DatabaseConfig = z
  .strictObject({
    type: z
      .literal('postgresql', { error: 'expected "postgresql"' })
      .default('postgresql')
      .describe('Kind of the database; Backend.AI has no other.'),
    addr: Address.describe('Where PostgreSQL listens; a directory as the host is that of its Unix socket.'),
    name: Word('expected the name of the database, such as "backend"').describe('Name of the database.'),
    user: Word('expected a role that may read the table vfolders').describe('A role that may read `vfolders`.'),
    password: z.string({ error: 'expected a password' }).nullish().describe('Its password.'),
    ssl_enabled: Switch.optional().describe('Whether to speak TLS. Default: if one of the files below is named.'),
    ca: File.describe("PEM file with the authority of the database's certificate, instead of the public ones."),
    client_cert: File.describe('PEM file with a certificate to show to the database.'),
    client_key: File.describe('PEM file with its private key.'),
  })
  .superRefine(({ ssl_enabled, ca, client_cert, client_key }, context) => {
    const fault = (key: string, message: string) => context.addIssue({ code: 'custom', path: [key], message });
    if ((client_cert === undefined) !== (client_key === undefined)) {
      fault(client_cert === undefined ? 'client_cert' : 'client_key', 'expected both client_cert and client_key');
    }
    if (ssl_enabled === false && (ca ?? client_cert) !== undefined) {
      fault('ssl_enabled', 'expected true beside the files for TLS');
    }
  });
export type DatabaseConfig = z.infer<typeof DatabaseConfig>;

/** Where virtual folders come from, and how they are asked for there. */
export const VfoldersConfig = z.strictObject({
  from: z
    .literal('postgresql', { error: 'expected "postgresql", or nothing for those of [[vfolder]]' })
    .optional()
    .describe('`"postgresql"`: the database of `[db]`. Default: the `[[vfolder]]` tables.'),
  statement_timeout: Timeout.default(5_000).describe('How long to wait for an answer.'),
  pool_size: z
    .int({ error: 'expected a whole number of connections' })
    .min(1, { error: 'expected at least 1' })
    .max(100, { error: 'expected at most 100' })
    .default(4)
    .describe('How many connections to hold at most.'),
  count_interval: Interval.default(60_000).describe('How often the folders of each host are counted.'),
});
export type VfoldersConfig = z.infer<typeof VfoldersConfig>;

/** A database that virtual folders come from. */
export type VfolderDatabase = Pick<VfoldersConfig, 'statement_timeout' | 'pool_size' | 'count_interval'> & {
  readonly db: DatabaseConfig;
};

/** Keys that Backend.AI (22.09 … 26.x) gives its `[db]`, and that say nothing to us. */
export const BACKEND_AI_DATABASE_KEYS = [
  'pool_size',
  'pool_recycle',
  'pool_pre_ping',
  'max_overflow',
  'lock_conn_timeout',
] as const;
