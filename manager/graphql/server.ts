import type { GraphQLError, GraphQLSchema } from 'graphql';
import { type GraphiQLOptions, createYoga, maskError } from 'graphql-yoga';
import type { ManagerLookups } from './context.ts';
import { createFolderLoader } from './folder-loader.ts';
import { nestingLimit, queryLimits } from './limits.ts';
import { chosenOperation, noPage, strictRequests } from './requests.ts';
import { schema as standalone } from './schema.ts';
import { sharedExecution } from './shared-execution.ts';
import { steadySnapshot } from './steady-snapshot.ts';

export interface GraphqlOptions extends ManagerLookups {
  /** What is served instead of the standalone schema. */
  readonly schema?: GraphQLSchema;
  /** Where it is served: `/graphql` unless told otherwise. */
  readonly path?: string;
  /** Whether a browser is shown GraphiQL, which needs nothing from outside. */
  readonly graphiql: boolean;
  /** Hears of errors of ours, whose cause the client is not told. */
  readonly logError: (message: string, cause: unknown) => void;
}

export interface GraphqlServer {
  /** Answers at its path. It limits what a query may ask, not how long its text is, and knows no users. */
  readonly fetch: (request: Request) => Response | Promise<Response>;
}

const DEFAULT_QUERY = `{
  storageHealthList {
    proxyName
    status
    errorMessage
    volumes {
      volumeId
      backendType
      status
      statusInfo
      lastCheckedAt
    }
  }
}
`;

export function createGraphql(options: GraphqlOptions): GraphqlServer {
  const { graphiql, logError, schema = standalone, path = '/graphql', ...lookups } = options;
  const context = { ...lookups, folder: createFolderLoader(lookups.vfolders) };
  const yoga = createYoga({
    schema,
    context,
    graphqlEndpoint: path,
    graphiql: graphiql && { title: 'volhealth', defaultQuery: DEFAULT_QUERY },
    renderGraphiQL,
    plugins: [
      strictRequests,
      ...(graphiql ? [] : [noPage]),
      nestingLimit,
      queryLimits(),
      chosenOperation,
      steadySnapshot,
      sharedExecution(),
    ],
    // Node's own: Yoga's stream costs more, and takes pings on while its reader is blocked.
    fetchAPI: { Response, ReadableStream },
    cors: false,
    multipart: false,
    batching: false,
    landingPage: false,
    maxRequestBodySize: false,
    // Yoga compares it with the end of the URL, whatever the path; no URL ends with a blank.
    healthCheckEndpoint: ' ',
    logging: false,
    maskedErrors: {
      maskError(error, message) {
        // Never as in development, whatever the environment says: there Yoga shows the cause.
        const masked = maskError(error, message, false);
        if (masked !== error) logError(...described(error));
        return masked;
      },
    },
  });
  return { fetch: (request) => yoga.fetch(request) };
}

/** Loads the page, 9 MB of it, once somebody looks. */
async function renderGraphiQL(options: GraphiQLOptions): Promise<string> {
  const page = await import('@graphql-yoga/render-graphiql');
  return page.renderGraphiQL(options);
}

function described(error: unknown): [message: string, cause: unknown] {
  const { path, originalError } = error as Partial<GraphQLError>;
  return [
    path === undefined ? 'a GraphQL request failed' : `GraphQL field ${path.join('.')} failed`,
    originalError ?? error,
  ];
}
