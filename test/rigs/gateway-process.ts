import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createGatewayRuntime } from '@graphql-hive/gateway-runtime';

/** Hive Gateway over the supergraph in the file that is named, on a port that it prints. */
const gateway = createGatewayRuntime({
  supergraph: readFileSync(process.argv[2] ?? '', 'utf8'),
  graphqlEndpoint: '/admin/gql',
  maskedErrors: false,
  logging: false,
  upstreamRetry: { maxRetries: 0 },
  upstreamTimeout: 2_000,
});
const server = createServer((request, response) => void gateway(request, response));
server.listen(0, '127.0.0.1', () => {
  console.log((server.address() as AddressInfo).port);
});
