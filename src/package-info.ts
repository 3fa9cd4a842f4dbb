import { readFileSync } from 'node:fs';

interface PackageInfo {
  readonly name: string;
  readonly version: string;
  readonly homepage: string;
}

/** Name, version and home page, as package.json has them. */
export const PACKAGE = JSON.parse(
  readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
) as PackageInfo;

/** How the mirror introduces itself to the API, unless a setting says otherwise. */
export const USER_AGENT = `${PACKAGE.name}/${PACKAGE.version} (+${PACKAGE.homepage})`;
