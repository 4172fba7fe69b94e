import type { ApplianceAnswer, ApplianceRequest } from './dialect.ts';
import { type Fields, picked, valuesAt } from './field-paths.ts';
import { jsonText } from './json-text.ts';

/** A list as it is asked for: filtered, paged and cut down to the fields. */
export interface GpfsList {
  /** `states`: the key of the list in the answer. */
  readonly name: string;
  /** All of them, in the order of their `oid`. */
  readonly rows: readonly Fields[];
  /** The fields in an answer to a question that names none; without them, all. */
  readonly defaults?: readonly string[];
  readonly ignoresFilter?: boolean;
  /** Every page has a next one, on another host. */
  readonly isHostile?: boolean;
}

/** The most that one answer lists. */
const PAGE_SIZE = 1000;

export function listAnswer(request: ApplianceRequest, list: GpfsList): ApplianceAnswer {
  const { query, path, origin } = request;
  const filter = query.get('filter');
  const matches = list.ignoresFilter === true ? () => true : parseFilter(filter ?? '');
  if (matches === null) return failure(400, "Invalid value in 'filter'");

  const lastId = Number(query.get('lastId') ?? 0);
  const matching = list.rows.filter((row) => matches(row));
  const following = list.isHostile === true ? matching : matching.filter(({ oid }) => Number(oid) > lastId);
  const page = following.slice(0, PAGE_SIZE);
  const asked = query.get('fields');
  const fields = asked === null ? list.defaults : asked === ':all:' ? undefined : asked.split(',');
  const paging = list.isHostile === true ? hostilePaging() : following.length > PAGE_SIZE ? followingPaging() : {};
  return ok({ [list.name]: page.map((row) => (fields === undefined ? row : picked(row, fields))), ...paging });

  function followingPaging(): Fields {
    return pagingOf(origin, Number(page.at(-1)?.['oid']));
  }

  function hostilePaging(): Fields {
    return pagingOf('http://attacker.invalid', lastId + 1);
  }

  function pagingOf(host: string, nextId: number): Fields {
    const baseUrl = path.replace(/^\/scalemgmt\/v2\//, '');
    const next = new URLSearchParams({
      ...(asked === null ? {} : { fields: asked }),
      ...(filter === null ? {} : { filter }),
      lastId: String(nextId),
    });
    const nextPath = path.replaceAll(':', '%3A');
    return {
      paging: {
        next: `${host}${nextPath}?${next}`,
        fields: asked ?? '',
        filter: filter ?? '',
        baseUrl,
        lastId: nextId,
      },
    };
  }
}

export function ok(body: Fields): ApplianceAnswer {
  return json(200, { status: { code: 200, message: 'The request finished successfully.' }, ...body });
}

/** A failure in the words of the API. */
export function failure(code: number, message: string, httpStatus = code): ApplianceAnswer {
  return json(httpStatus, { status: { code, message } });
}

/** A failure in the words of the web server before the API. */
export function htmlPage(status: number, title: string, detail: string): ApplianceAnswer {
  const body = `<!DOCTYPE html>
<html><head><title>Error ${status}: ${title}</title></head>
<body><h1>Error ${status}: ${title}</h1><p>${detail}</p><hr><address>IBM Storage Scale GUI</address></body></html>
`;
  return { status, headers: { 'content-type': 'text/html;charset=ISO-8859-1' }, body };
}

function json(status: number, body: Fields): ApplianceAnswer {
  return { status, headers: { 'content-type': 'application/json' }, body: jsonText(body) };
}

/** `a=b,c!=d`: all of them must hold; null if it is no filter. */
function parseFilter(filter: string): ((row: Fields) => boolean) | null {
  const terms = filter.split(',').filter((term) => term !== '');
  const parsed = terms.map((term) => /^([\w.]+)(!?)=(.*)$/.exec(term));
  if (parsed.includes(null)) return null;
  return (row) =>
    parsed.every((term) => {
      const [, key = '', not, value] = term ?? [];
      return valuesAt(row, key).some((found) => String(found) === value) !== (not === '!');
    });
}
