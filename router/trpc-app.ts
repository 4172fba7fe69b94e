import type { AnyRouter, inferRouterContext } from '@trpc/server';
import { fetchRequestHandler } from '@trpc/server/adapters/fetch';
import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';

export interface TrpcAppOptions<R extends AnyRouter> {
  readonly router: R;
  readonly contextOf: (request: Request) => inferRouterContext<R>;
  readonly maxRequestBytes: number;
  /** Hears of faults of our own, which the caller gets to see without their details. */
  readonly onError: (error: unknown) => void;
}

/** What both services' HTTP faces have in common: tRPC at `/trpc`, a limit on requests, and errors as `problem`s. */
export function createTrpcApp<R extends AnyRouter>(options: TrpcAppOptions<R>): Hono {
  const { router, contextOf, maxRequestBytes, onError } = options;
  const app = new Hono();
  app.use(bodyLimit({ maxSize: maxRequestBytes, onError: () => problem(413, 'Request too large') }));
  app.all('/trpc/*', (c) =>
    fetchRequestHandler({
      endpoint: '/trpc',
      req: c.req.raw,
      router,
      createContext: () => contextOf(c.req.raw),
      onError: ({ error }) => {
        if (error.code === 'INTERNAL_SERVER_ERROR') onError(error);
      },
    }),
  );
  app.notFound(() => problem(404, 'Not found'));
  app.onError((error) => {
    onError(error);
    return problem(500, 'Internal error');
  });
  return app;
}

/** An error as Backend.AI's storage proxy words it (RFC 9457). */
export function problem(status: number, title: string, more: Readonly<Record<string, unknown>> = {}): Response {
  return new Response(JSON.stringify({ type: 'about:blank', title, status, ...more }), {
    status,
    headers: { 'content-type': 'application/problem+json' },
  });
}
