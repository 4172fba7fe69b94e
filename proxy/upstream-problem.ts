import { problem } from '../router/trpc-app.ts';

/** Errors as clients of Backend.AI's storage proxy know them: types, titles and HTTP statuses are upstream's. */
const upstream = (kind: string, more: object = {}) => ({
  type: `https://api.backend.ai/probs/storage/${kind}`,
  ...more,
});

export const forbidden = (token: 'missing' | 'invalid'): Response =>
  problem(403, `Forbidden (${token} auth token)`, upstream('forbidden'));

export const bodyNotEmpty = (): Response =>
  problem(400, 'Malformed request (request body should be empty)', upstream('malformed-request'));

/** `data` says of each parameter what is wrong with it. */
export const invalidParameters = (data: Readonly<Record<string, string>>): Response =>
  problem(400, 'Invalid API parameters', upstream('invalid-api-params', { data }));

export const invalidVolume = (name: string): Response =>
  problem(400, 'Invalid Volume', upstream('volume/invalid', { detail: `there is no volume ${JSON.stringify(name)}` }));
