import { existsSync, readFileSync } from 'node:fs';

/** The version in `package.json`, from a checkout or from the built package. */
export const PACKAGE_VERSION: string = (() => {
  const near = new URL('../package.json', import.meta.url);
  const file = existsSync(near) ? near : new URL('../../package.json', import.meta.url);
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
})();
