import { shownStatuses, type VfolderFilter, type VfolderPageOptions } from '../../manager/vfolders.ts';
import { DELETED, VirtualFolder } from '../../schema/vfolder.ts';
import type { Row, Sql } from './database.ts';

/**
 * Columns that the table has in every version of Backend.AI since 22.09.1. Words are read as text: some versions have an
 * enum for them, others none. Nothing is put around a column in a condition, so that indexes and statistics count.
 */
const COLUMNS = 'id::text AS id, name, host, status::text AS status';
const IS_SHOWN = `(status::text !~ '${DELETED.source}') IS NOT FALSE`;

/** Whether the table is there and may be read. */
export const probeSql: Sql = { text: `SELECT ${COLUMNS} FROM vfolders LIMIT 1`, values: [] };

export const countSql: Sql = {
  text: `SELECT host, count(*)::int AS count FROM vfolders WHERE ${IS_SHOWN} GROUP BY host`,
  values: [],
};

export function findSql(ids: readonly string[]): Sql {
  return { text: `SELECT ${COLUMNS} FROM vfolders WHERE id = ANY($1::uuid[]) AND ${IS_SHOWN}`, values: [ids] };
}

/**
 * A page, one more than was asked for to see whether there is more, and whether there is anything beyond `after` and
 * `before`, in one row at least.
 */
export function pageSql({ filter, after, before, first, last }: VfolderPageOptions): Sql {
  const values: unknown[] = [];
  const param = (value: unknown, type: string): string => `$${values.push(value)}::${type}`;
  const passing = conditions(filter, param);
  const beyond = (bound: string | null, operator: '<=' | '>='): string =>
    bound === null
      ? 'false'
      : `EXISTS (SELECT FROM vfolders WHERE ${[...passing, `id ${operator} ${param(bound, 'uuid')}`].join(' AND ')})`;
  const within = [
    ...passing,
    ...(after === null ? [] : [`id > ${param(after, 'uuid')}`]),
    ...(before === null ? [] : [`id < ${param(before, 'uuid')}`]),
  ];
  const limit = `ORDER BY vfolders.id ${first === null ? 'DESC' : 'ASC'} LIMIT ${param((first ?? last ?? 0) + 1, 'int')}`;
  const text = `SELECT * FROM (SELECT ${beyond(after, '<=')} AS has_previous, ${beyond(before, '>=')} AS has_next) AS ends
    LEFT JOIN (SELECT ${COLUMNS} FROM vfolders WHERE ${within.join(' AND ')} ${limit}) AS page ON true`;
  return { text, values };
}

/** Whether no row can pass, as PostgreSQL has no text with a NUL in it. */
export function isImpossible({ host, name, status }: VfolderFilter): boolean {
  const shown = shownStatuses(status);
  return [host, name].some((text) => text?.includes('\0')) || (shown !== null && wordsOf(shown).length === 0);
}

export function folderOf({ id, name, host, status }: Row): VirtualFolder {
  return VirtualFolder.parse({ id, name: name ?? '', host: host ?? '', status: status ?? '' });
}

export function countOf({ host, count }: Row): readonly [string, number] {
  return [typeof host === 'string' ? host : '', Number(count)];
}

function conditions({ host, name, status }: VfolderFilter, param: (value: unknown, type: string) => string): string[] {
  const shown = shownStatuses(status);
  return [
    ...(host === null ? [] : [`host = ${param(host, 'text')}`]),
    ...(name === null ? [] : [`name = ${param(name, 'text')}`]),
    shown === null ? IS_SHOWN : `status::text = ANY(${param(wordsOf(shown), 'text[]')})`,
  ];
}

const wordsOf = (shown: readonly string[]): readonly string[] => shown.filter((word) => !word.includes('\0'));
