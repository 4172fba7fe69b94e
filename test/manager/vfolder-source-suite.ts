import * as fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { VfolderFilter, VfolderPageOptions, VfolderSource } from '../../manager/vfolders.ts';
import type { VirtualFolder } from '../../schema/vfolder.ts';
import { allFolders, EVERY } from './all-folders.ts';

const HOSTS = ['', 'proxy1:v', 'proxy1:w', 'p:noop', 'odd'] as const;
const NAMES = ['data', '.local', "o'brien %_\\", 'Größe 📁'] as const;
/** Words of all versions, one that none has, and none. */
export const GONE = [
  'delete-ongoing',
  'delete-complete',
  'delete-error',
  'deleting',
  'deleted-complete',
  'purge-ongoing',
];
const SHOWN = ['ready', 'performing', 'error', 'brand-new', ''];
const STATUSES = [...SHOWN, ...GONE, 'delete-pending'];
const ANY = { after: null, before: null, first: 100, last: null } as const;

/** Eighty folders, as mixed as they can be, on ids that are in no order. */
export const FOLDERS: readonly VirtualFolder[] = Array.from({ length: 80 }, (_, n) => ({
  id: `${((n * 2_654_435_761) % 2 ** 32).toString(16).padStart(8, '0')}-0000-4000-8000-${String(n).padStart(12, '0')}`,
  name: NAMES[n % NAMES.length]!,
  host: HOSTS[(n >> 1) % HOSTS.length]!,
  status: n % 3 === 0 ? STATUSES[(n / 3) % STATUSES.length]! : 'ready',
}));

const isGone = ({ status }: VirtualFolder): boolean => GONE.includes(status);
const isTrashed = ({ status }: VirtualFolder): boolean => status === 'delete-pending';
const ordered = FOLDERS.toSorted((a, b) => (a.id < b.id ? -1 : 1));
const visible = ordered.filter((folder) => !isGone(folder) && !isTrashed(folder));

function passing({ host, name, status }: VfolderFilter): readonly VirtualFolder[] {
  return ordered.filter(
    (folder) =>
      !isGone(folder) &&
      (status === null ? !isTrashed(folder) : status.includes(folder.status)) &&
      (host === null || folder.host === host) &&
      (name === null || folder.name === name),
  );
}

const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { freq: 2 });
const keys = fc.oneof(fc.constantFrom(...FOLDERS.map(({ id }) => id)), fc.uuid());
const filters = fc.record({
  host: maybe(fc.constantFrom(...HOSTS, 'nobody:v')),
  name: maybe(fc.constantFrom(...NAMES, 'nobody')),
  status: maybe(fc.array(fc.constantFrom(...STATUSES), { maxLength: 4 })),
});
const sizes = fc.nat({ max: 30 });
const options: fc.Arbitrary<VfolderPageOptions> = fc
  .record({ filter: filters, after: maybe(keys), before: maybe(keys), first: maybe(sizes), last: maybe(sizes) })
  .map((some) => (some.first === null && some.last === null ? { ...some, first: 20 } : some));

/** What every source of virtual folders does. It is opened once, with `FOLDERS` in it. */
export function describeVfolderSource(name: string, open: () => Promise<VfolderSource>): void {
  describe(`virtual folders of ${name}`, () => {
    let source: VfolderSource;
    beforeAll(async () => {
      source = await open();
    });

    it('are found by their UUIDs, in the order of the question and in any case of its letters', async () => {
      const [one, two] = [visible[3]!, visible[7]!];
      const nobody = '00000000-0000-4000-8000-ffffffffffff';
      const asked = [two.id.toUpperCase(), nobody, one.id, two.id];
      expect(await source.findMany(asked)).toEqual([two, null, one, two]);
      expect(await source.findMany([])).toEqual([]);
    });

    it('are not found once they are deleted, be it into the trash', async () => {
      const gone = FOLDERS.filter((folder) => isGone(folder) || isTrashed(folder));
      expect(await source.findMany(gone.map(({ id }) => id))).toEqual(gone.map(() => null));
    });

    it('are listed in the order of their ids, without those that are deleted', async () => {
      expect(await allFolders(source)).toEqual(visible);
    });

    it.each(GONE)('are listed with the trash if that is asked for, but never as %s', async (word) => {
      const { items } = await source.page({ ...ANY, filter: { ...EVERY, status: ['delete-pending', word] } });
      expect(items).toEqual(ordered.filter(isTrashed));
    });

    it('are none for what no text of theirs can hold', async () => {
      const nothing = { items: [], hasPrevious: false, hasNext: false };
      for (const filter of [{ host: '\0' }, { name: 'da\0ta' }, { status: ['rea\0dy'] }, { status: [] }]) {
        expect(await source.page({ ...ANY, filter: { ...EVERY, ...filter } })).toEqual(nothing);
      }
    });

    it('have the pages of a plain list', async () => {
      await fc.assert(
        fc.asyncProperty(options, async (asked) => {
          const all = passing(asked.filter);
          const { items, hasPrevious, hasNext } = await source.page(asked);
          expect(items).toEqual(pageOf(all, asked));
          if (items.length === 0) return;
          expect({ hasPrevious, hasNext }).toEqual({
            hasPrevious: items.at(0)!.id !== all.at(0)!.id,
            hasNext: items.at(-1)!.id !== all.at(-1)!.id,
          });
        }),
        { numRuns: 300 },
      );
    });

    it('are all of them once, by pages forward and by pages back', async () => {
      await fc.assert(
        fc.asyncProperty(filters, fc.integer({ min: 1, max: 25 }), async (filter, size) => {
          const all = passing(filter);
          expect(await forward(source, filter, size)).toEqual(all);
          expect(await backward(source, filter, size)).toEqual(all);
        }),
        { numRuns: 40 },
      );
    });

    it('say of an empty page what comes after it and before it', async () => {
      const { id } = visible[5]!;
      expect(await source.page({ ...ANY, filter: EVERY, first: 0 })).toMatchObject({
        hasPrevious: false,
        hasNext: true,
      });
      expect(await source.page({ ...ANY, filter: EVERY, first: 0, after: id })).toMatchObject({ hasPrevious: true });
      const last = await source.page({ ...ANY, filter: EVERY, first: null, last: 0, before: id });
      expect(last).toMatchObject({ items: [], hasPrevious: true, hasNext: true });
    });

    it('are there', () => {
      expect(source.away()).toBeNull();
    });
  });
}

function pageOf(all: readonly VirtualFolder[], { after, before, first, last }: VfolderPageOptions) {
  const within = all.filter(({ id }) => (after === null || id > after) && (before === null || id < before));
  const begun = first === null ? within : within.slice(0, first);
  return last === null ? begun : begun.slice(Math.max(0, begun.length - last));
}

async function forward(
  { page }: VfolderSource,
  filter: VfolderFilter,
  size: number,
): Promise<readonly VirtualFolder[]> {
  const { items, hasNext } = await page({ ...ANY, filter, first: size });
  const walked = [...items];
  for (let more = hasNext; more; ) {
    const next = await page({ ...ANY, filter, first: size, after: walked.at(-1)!.id });
    walked.push(...next.items);
    more = next.hasNext;
  }
  return walked;
}

async function backward(
  { page }: VfolderSource,
  filter: VfolderFilter,
  size: number,
): Promise<readonly VirtualFolder[]> {
  const back = { ...ANY, filter, first: null, last: size };
  const { items, hasPrevious } = await page(back);
  const walked = [...items];
  for (let more = hasPrevious; more; ) {
    const next = await page({ ...back, before: walked.at(0)!.id });
    walked.unshift(...next.items);
    more = next.hasPrevious;
  }
  return walked;
}
