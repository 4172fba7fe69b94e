import type { ApplianceAnswer, ApplianceRequest } from './dialect.ts';
import { type Fields, isWithin, pathsOf, picked, valuesAt } from './field-paths.ts';
import { json, refused, unknownArgument, unknownField, wantsLinks } from './netapp-answers.ts';

/** One kind of record, and what a release knows of it. */
export interface Collection {
  readonly records: readonly Fields[];
  /** All fields that there are, those that no record has at the moment, too. */
  readonly known: readonly string[];
  /** They come only when named. */
  readonly expensive?: readonly string[];
  /** Filters that are let pass unheard. */
  readonly deafTo?: readonly string[];
}

/** Arguments of every collection that are no filters. */
const ARGUMENTS = [
  'fields',
  'return_timeout',
  'return_records',
  'max_records',
  'order_by',
  'start.uuid',
  'ignore_unknown_fields',
];
const IDENTITY = ['uuid', 'name'];

/** Answers for a list of records, as it is filtered, cut down to fields, and paged. */
export function collectionAnswer(request: ApplianceRequest, collection: Collection): ApplianceAnswer {
  const { query, path } = request;
  const fault = faultOf(query, collection);
  if (fault !== null) return fault;

  const filters = filtersOf(query);
  const heard = filters.filter(([key]) => collection.deafTo?.includes(key) !== true);
  const matching = collection.records.filter((record) => isListed(record, heard));
  const start = matching.findIndex(({ uuid }) => uuid === query.get('start.uuid'));
  const size = Number(query.get('max_records') ?? 10_000);
  const following = matching.slice(Math.max(0, start));
  const next = following[size];
  // What is filtered by is shown, too.
  const fields = [...IDENTITY, ...filters.map(([key]) => key), ...askedFields(query, collection, 'list')];
  const records = following.slice(0, size).map((record) => linked(request, picked(record, fields)));
  return json(200, {
    records,
    num_records: records.length,
    ...linksOf(request, next === undefined ? null : nextHref(path, query, String(next['uuid']))),
  });
}

/** Answers for the one record of a UUID. */
export function recordAnswer(request: ApplianceRequest, collection: Collection, uuid: string): ApplianceAnswer {
  const fault = faultOf(request.query, collection);
  if (fault !== null) return fault;
  const record = collection.records.find((candidate) => candidate['uuid'] === uuid);
  if (record === undefined) return refused('entry');
  const fields = [...IDENTITY, ...askedFields(request.query, collection, 'record')];
  return json(200, { ...picked(record, fields), ...linksOf(request, null) });
}

/** An empty page that names a next one: what comes when the time of a request is over before a record was found. */
export function emptyPage(request: ApplianceRequest, startUuid: string, host = ''): ApplianceAnswer {
  const { path, query } = request;
  return json(200, { records: [], ...linksOf(request, `${host}${nextHref(path, query, startUuid)}`) });
}

function faultOf(query: URLSearchParams, { known }: Collection): ApplianceAnswer | null {
  const argument = [...query.keys()].find((key) => !ARGUMENTS.includes(key) && !known.includes(key));
  if (argument !== undefined) return unknownArgument(argument);
  if (query.get('ignore_unknown_fields') === 'true') return null;
  const field = namedFields(query).find((name) => !['*', '**'].includes(name) && !known.includes(name));
  return field === undefined ? null : unknownField(field);
}

/** `svm.*` is all of `svm`. */
function namedFields(query: URLSearchParams): string[] {
  const text = query.get('fields') ?? '';
  return text.split(',').flatMap((name) => (name === '' ? [] : [name.replace(/(?<=.)\.\*$/, '')]));
}

/** The paths that the client gets: a cheap field by its own name or one above it, an expensive one only by name. */
function askedFields(query: URLSearchParams, collection: Collection, what: 'list' | 'record'): string[] {
  const { known, expensive = [] } = collection;
  const named = query.has('fields') ? namedFields(query) : what === 'list' ? [] : ['*'];
  const leaves = known.filter((path) => !known.some((other) => other.startsWith(`${path}.`)));
  if (named.includes('**')) return leaves;
  return leaves.filter((leaf) => {
    const isCheap = !isWithin(leaf, expensive);
    if (named.includes('*') && isCheap) return true;
    return named.some((name) => isWithin(leaf, [name]) && (isCheap || isWithin(name, expensive)));
  });
}

function filtersOf(query: URLSearchParams): [string, string][] {
  return [...query].filter(([key]) => !ARGUMENTS.includes(key));
}

/** Constituents of a FlexGroup hide from whoever does not ask for them. */
function isListed(record: Fields, filters: readonly [string, string][]): boolean {
  const wantsConstituents = filters.some(([key, value]) => key === 'is_constituent' && value === 'true');
  if ((record['is_constituent'] === true) !== wantsConstituents) return false;
  return filters.every(
    ([key, pattern]) => key === 'is_constituent' || valuesAt(record, key).some((value) => matches(value, pattern)),
  );
}

/** `a|b*`: one of these; `!a`: anything else. */
function matches(value: unknown, pattern: string): boolean {
  if (pattern.startsWith('!')) return !matches(value, pattern.slice(1));
  return pattern.split('|').some((alternative) => {
    const escaped = alternative.split('*').map((part) => part.replaceAll(/[.+?^${}()[\]\\]/g, '\\$&'));
    return new RegExp(`^${escaped.join('.*')}$`).test(String(value));
  });
}

function linked(request: ApplianceRequest, record: Fields): Fields {
  if (!wantsLinks(request)) return record;
  return { ...record, _links: { self: { href: `${request.path}/${String(record['uuid'])}` } } };
}

function linksOf(request: ApplianceRequest, next: string | null): Fields {
  const { path, query } = request;
  const search = query.size > 0 ? `?${query}` : '';
  const links = {
    ...(wantsLinks(request) ? { self: { href: `${path}${search}` } } : {}),
    ...(next === null ? {} : { next: { href: next } }),
  };
  return Object.keys(links).length > 0 ? { _links: links } : {};
}

function nextHref(path: string, query: URLSearchParams, startUuid: string): string {
  const next = new URLSearchParams(query);
  next.delete('start.uuid');
  return `${path}?start.uuid=${startUuid}&${next}`;
}

/** Every field that some of these records have. */
export function knownFields(records: readonly Fields[]): string[] {
  return [...new Set(records.flatMap((record) => pathsOf(record)))];
}
