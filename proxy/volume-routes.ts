import type { Context, Hono, MiddlewareHandler } from 'hono';
import { bothSpellings } from './both-spellings.ts';
import { type GetBodyLimits, readGetBody } from './get-body.ts';
import { upstreamFsUsage, upstreamHwinfo } from './old-manager-words.ts';
import type { Access } from './secret-gate.ts';
import type { StorageProxy } from './storage-proxy.ts';
import { bodyNotEmpty, forbidden, invalidParameters, invalidVolume } from './upstream-problem.ts';

export interface VolumeRoutesOptions {
  readonly proxy: StorageProxy;
  readonly access: (headers: Headers) => Access;
  readonly limits: GetBodyLimits;
}

/** What Backend.AI's manager asks of volumes. Every route needs the secret, and answers from the latest checks. */
export function addVolumeRoutes(app: Hono, { proxy, access, limits }: VolumeRoutesOptions): void {
  const guard: MiddlewareHandler = async (c, next) => {
    const shown = access(c.req.raw.headers);
    return shown === 'granted' ? next() : forbidden(shown);
  };
  app.on('GET', bothSpellings('/volumes'), guard, async (c) => {
    const body = await readGetBody(c, limits);
    if (body instanceof Response) return body;
    // Capabilities are operations on folders: this proxy has none.
    const volumes = proxy.volumes().map((volume) => ({ ...volume, capabilities: [] }));
    return body === '' ? c.json({ volumes }) : bodyNotEmpty();
  });
  app.on('GET', bothSpellings('/volumes/:name/health'), guard, (c) => {
    const name = c.req.param('name') ?? '';
    return answer(c, name, proxy.volume(name));
  });
  app.on('GET', bothSpellings('/volume/hwinfo'), guard, async (c) => {
    const name = await volumeAsked(c, limits);
    if (name instanceof Response) return name;
    const hwinfo = proxy.hwinfo(name);
    return answer(c, name, hwinfo && upstreamHwinfo(hwinfo));
  });
  app.on('GET', bothSpellings('/folder/fs-usage'), guard, async (c) => {
    const name = await volumeAsked(c, limits);
    if (name instanceof Response) return name;
    const hwinfo = proxy.hwinfo(name);
    return answer(c, name, hwinfo && upstreamFsUsage(hwinfo.metadata));
  });
}

function answer(c: Context, volume: string, found: object | null): Response {
  return found === null ? invalidVolume(volume) : c.json(found);
}

/** The volume that a request names: in a JSON body, as Backend.AI's manager does, or else in its query. */
async function volumeAsked(c: Context, limits: GetBodyLimits): Promise<string | Response> {
  const body = await readGetBody(c, limits);
  if (body instanceof Response) return body;
  const asked = body === '' ? { volume: c.req.query('volume') } : parsed(body);
  if (typeof asked !== 'object' || asked === null) return invalidParameters({ body: 'is not a JSON object' });
  const { volume } = asked as { volume?: unknown };
  if (volume === undefined) return invalidParameters({ volume: 'is required' });
  return typeof volume === 'string' ? volume : invalidParameters({ volume: 'value is not a string' });
}

/** `undefined` where it is no JSON. */
function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
