import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const FOLDER = join(ROOT, 'node_modules/.cache/bundled-program');
const ENTRY = 'bin/clearinghouse-mirror.js';

/**
 * Bundles the built program, with its dependencies, into a few files that do the same, and returns the path of the
 * command: Node takes longer to load the 400 files of the program than most of its commands take.
 */
export async function bundleProgram(builtAt) {
  const command = join(FOLDER, 'clearinghouse-mirror.js');
  if (existsSync(command) && statSync(command).mtime > builtAt) return command;
  await build({
    absWorkingDir: ROOT,
    entryPoints: [ENTRY],
    outdir: FOLDER,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    external: ['better-sqlite3*'],
    banner: {
      js: `import{createRequire as toRequire}from'node:module';const require=toRequire(import.meta.url);`,
    },
    plugins: [{ name: 'own addresses', setup: keepAddresses }],
  });
  return command;
}

/** Each module finds its files (migrations, package.json) from where it was. */
function keepAddresses({ onLoad }) {
  onLoad({ filter: /[\\/](?:bin|dist)[\\/].*\.js$/ }, ({ path }) =>
    path.startsWith(join(ROOT, 'bin')) || path.startsWith(join(ROOT, 'dist'))
      ? {
          contents: readFileSync(path, 'utf8').replaceAll('import.meta.url', `"${pathToFileURL(path).href}"`),
        }
      : undefined,
  );
}
