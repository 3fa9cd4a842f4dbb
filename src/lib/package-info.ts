import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

interface PackageInfo {
  readonly name: string;
  readonly version: string;
  readonly homepage: string;
}

/** The folder of the package, from the sources and from the build. */
export const PACKAGE_FOLDER = findPackageFolder();

/** Name, version and home page from package.json. */
export const PACKAGE = JSON.parse(
  readFileSync(new URL('package.json', PACKAGE_FOLDER), 'utf8'),
) as PackageInfo;

/** The default User-Agent. */
export const USER_AGENT = `${PACKAGE.name}/${PACKAGE.version} (+${PACKAGE.homepage})`;

function findPackageFolder(): URL {
  let folder = new URL('.', import.meta.url);
  while (!existsSync(fileURLToPath(new URL('package.json', folder)))) folder = new URL('..', folder);
  return folder;
}
