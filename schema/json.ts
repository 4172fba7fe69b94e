import { z } from 'zod';

/** Any value that JSON can carry. */
export const Json = z.json();
export type Json = z.infer<typeof Json>;

/** Free details of a storage system, by name. At most 2 KiB once serialised, where a service sends it. */
export const Metadata = z.record(z.string(), Json);
export type Metadata = z.infer<typeof Metadata>;

/** An instant on the wire: ISO 8601 with a zone. Ours always end in `Z`; offsets are read as well. */
export const Instant = z.iso.datetime({ offset: true });
export type Instant = z.infer<typeof Instant>;
