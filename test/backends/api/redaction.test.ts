import { describe, expect, it } from 'vitest';
import { createSecretMemory, inOneLine, withoutSecrets } from '../../../backends/api/redaction.ts';

const SECRET = 'p"a ss/wörd\\+1';

describe('a text of a server', () => {
  it.each([
    ['as it is', SECRET],
    ['in JSON', JSON.stringify(SECRET)],
    ['in a URL', encodeURIComponent(SECRET)],
    ['in a URL, in lower case', encodeURIComponent(SECRET).replaceAll(/%../g, (escape) => escape.toLowerCase())],
    ['in a form', new URLSearchParams({ password: SECRET }).toString()],
    ['in Base64', Buffer.from(SECRET).toString('base64')],
    ['in Base64 for URLs', Buffer.from(SECRET).toString('base64url')],
    ['twice', `${SECRET}${SECRET}`],
  ])('is rid of a secret that is in it %s', (_form, text) => {
    const clean = withoutSecrets(`before ${text} after`, [SECRET]);
    expect(clean).toMatch(/^before .*\*\*\*.* after$/);
    for (const part of ['wörd', 'w%C3', 'w%c3', 'cCJhIHNz', 'ss/', 'ss%2']) expect(clean).not.toContain(part);
  });

  it('is rid of a secret whose spaces were drawn together', () => {
    expect(withoutSecrets(inOneLine('said: ab  cd \n c'), ['ab  cd'])).toBe('said: *** c');
  });

  it('is rid of the longer secret where one is a part of the other', () => {
    expect(withoutSecrets('token-and-more', ['token', 'token-and-more'])).toBe('***');
  });

  it('keeps its words where a secret is shorter than four characters', () => {
    expect(withoutSecrets('all is OK', ['OK', ''])).toBe('all is OK');
  });

  it('is rid of what is no proper Unicode, too', () => {
    expect(withoutSecrets('said: ab\uD800cd', ['ab\uD800cd'])).toBe('said: ***');
  });
});

describe('the secrets that are remembered', () => {
  it('are those that were used last, but not for ever', () => {
    const { remember, secrets } = createSecretMemory();
    remember('password', null, '');
    for (let token = 0; token < 1_000; token += 1) remember(`token-${token}`, 'password');
    expect(secrets()).toHaveLength(16);
    expect(secrets()).toContain('password');
    expect(secrets()).toContain('token-999');
  });
});
