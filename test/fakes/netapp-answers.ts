import type { ApplianceAnswer, ApplianceRequest } from './dialect.ts';
import type { Fields } from './field-paths.ts';
import { jsonText } from './json-text.ts';

/** A failure in the words of ONTAP, by its own code. */
export const ONTAP_ERRORS = {
  api: { status: 404, code: '3', message: 'API not found' },
  entry: { status: 404, code: '4', message: "entry doesn't exist" },
  role: { status: 403, code: '6', message: 'not authorized for that command' },
  user: { status: 401, code: '6691623', message: 'User is not authorized.' },
  tooMany: {
    status: 429,
    code: '262160',
    message: 'There are too many requests already being processed. Retry after a short delay.',
  },
  application: { status: 500, code: '262145', message: 'application exception' },
  incomplete: {
    status: 503,
    code: '262210',
    message: 'Not all of the requested records could be collected in time.',
  },
  rpc: {
    status: 500,
    code: '65541',
    message: 'RPC: Remote system error [from mgwd on node "n1" (VSID: -1)]: timed out',
  },
  quorum: {
    status: 500,
    code: '393271',
    message: 'The management node n2 is out of quorum; local configuration data may be stale.',
  },
  setup: { status: 400, code: '9241607', message: 'The cluster is not yet set up.' },
  method: { status: 405, code: '3', message: 'API not found' },
} as const;

export type OntapErrorName = keyof typeof ONTAP_ERRORS;

export function refused(name: OntapErrorName): ApplianceAnswer {
  const { status, code, message } = ONTAP_ERRORS[name];
  return json(status, { error: { message, code } });
}

/** 400: this field is not known to the release. */
export function unknownField(field: string): ApplianceAnswer {
  const message = `The value "${field}" is invalid for field "fields" (<field,...>)`;
  return json(400, { error: { message, code: '262197', target: 'fields' } });
}

/** 400: this argument is not known to the release. */
export function unknownArgument(argument: string): ApplianceAnswer {
  return json(400, { error: { message: `Unexpected argument "${argument}".`, code: '262179', target: argument } });
}

export function json(status: number, body: Fields): ApplianceAnswer {
  return { status, headers: { 'content-type': 'application/hal+json' }, body: jsonText(body) };
}

/** The page of the web server that stands before ONTAP, while ONTAP does not answer it. */
export function webServerPage(status: number): ApplianceAnswer {
  const body = `<!DOCTYPE HTML PUBLIC "-//IETF//DTD HTML 2.0//EN">
<html><head><title>${status} Error</title></head>
<body><h1>Error ${status}</h1><p>The server is temporarily unable to service your request.</p></body></html>
`;
  return { status, headers: { 'content-type': 'text/html; charset=iso-8859-1' }, body };
}

/** Whether a client has asked for links beside those to further pages. */
export function wantsLinks({ headers }: ApplianceRequest): boolean {
  return (headers['accept'] ?? '').includes('application/hal+json');
}
