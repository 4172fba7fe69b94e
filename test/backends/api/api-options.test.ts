import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { CaFile, Endpoints, named, VerifySwitch } from '../../../backends/api/api-options.ts';
import { Secret } from '../../../backends/api/secret.ts';

const complaintOf = (schema: z.ZodType, value: unknown) => schema.safeParse(value).error?.issues[0]?.message;

describe('the endpoints of an API', () => {
  it.each<[unknown, string[]]>([
    ['https://storage.example:443', ['https://storage.example']],
    ['https://storage.example:8443/', ['https://storage.example:8443']],
    ['http://[::1]:8080', ['http://[::1]:8080']],
    ['https://gateway.example/acme%3A1//', ['https://gateway.example/acme%3A1']],
    [' https://storage.example ', ['https://storage.example']],
    ['https:storage.example', ['https://storage.example']],
    [
      ['https://a', 'https://b'],
      ['https://a', 'https://b'],
    ],
  ])('%j are read so that a path can follow', (value, endpoints) => {
    expect(Endpoints.parse(value)).toEqual(endpoints);
  });

  it.each([
    ['storage.example', 'expected a URL such as "https://storage.example:443"'],
    ['ftp://storage.example', 'expected a URL such as "https://storage.example:443"'],
    ['', 'expected a URL such as "https://storage.example:443"'],
    [[], 'expected a URL such as "https://storage.example:443"'],
    ['https://user:password@storage.example', 'expected a URL without user and password'],
    ['https://:password@storage.example', 'expected a URL without user and password'],
    ['https://storage.example/?a=1', 'expected a URL without a query'],
    ['https://storage.example?', 'expected a URL without a query'],
    ['https://storage.example#', 'expected a URL without a query'],
  ])('%j are refused: %s', (value, complaint) => {
    expect(complaintOf(Endpoints, value)).toBe(complaint);
  });
});

describe('an option of an API', () => {
  it.each<[z.ZodType, unknown, unknown]>([
    [VerifySwitch, undefined, true],
    [VerifySwitch, false, false],
    [VerifySwitch, 'false', false],
    [VerifySwitch, 'true', true],
    [VerifySwitch, 'No', false],
    [VerifySwitch, 'YES', true],
    [CaFile, undefined, undefined],
    [CaFile, '/ca.pem', '/ca.pem'],
    [named('a user'), 'u', 'u'],
    [Secret, 'p w', 'p w'],
    [Secret, { env: 'NAME' }, { env: 'NAME' }],
    [Secret, { file: '/secret' }, { file: '/secret' }],
  ])('is read: %#', (schema, value, read) => {
    expect(schema.parse(value)).toEqual(read);
  });

  const FORMS = 'expected a text, { env = "NAME" } or { file = "/PATH" }';
  it.each<[z.ZodType, unknown, string]>([
    [VerifySwitch, 'maybe', 'expected true or false'],
    [CaFile, '', 'expected a PEM file'],
    [named('a user'), '', 'expected a user'],
    [Secret, '', FORMS],
    [Secret, 'two\nlines', FORMS],
    [Secret, 7, FORMS],
    [Secret, { env: 'A', file: '/b' }, FORMS],
  ])('names a mistake: %#', (schema, value, complaint) => {
    expect(complaintOf(schema, value)).toBe(complaint);
  });
});
