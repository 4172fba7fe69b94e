import { z } from 'zod';

/** What `GET /volumes` tells: which volumes there are, and the backend of each. */
export interface VolumeList {
  readonly backends: ReadonlyMap<string, string>;
  /** Entries that were left out: what they name cannot be a volume, or there are too many. */
  readonly leftOut: number;
}

/** So many a proxy may have. */
export const MAX_VOLUMES = 10_000;

/** What a volume may be called; Backend.AI itself takes any name. */
export const REST_VOLUME_NAME = /^[^\p{Cc}]{1,255}$/u;

const Entry = z.object({
  name: z.string().regex(REST_VOLUME_NAME),
  backend: z
    .string()
    .regex(/^[^\p{Cc}]{1,64}$/u)
    .catch('unknown'),
});

const List = z.object({ volumes: z.array(z.unknown()) });

/** Throws a `ZodError` where there is no list; a single entry never does. */
export function parseVolumeList(value: unknown): VolumeList {
  const { volumes } = List.parse(value);
  const read = volumes.slice(0, MAX_VOLUMES).flatMap((entry) => Entry.safeParse(entry).data ?? []);
  return {
    backends: new Map(read.map(({ name, backend }) => [name, backend])),
    leftOut: volumes.length - read.length,
  };
}
