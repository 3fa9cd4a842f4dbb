import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleProgram } from './bundle-program.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const BUILT = join(ROOT, 'dist/.tsbuildinfo');
/** What the build is made of. A folder is as new as what last came to it or left it. */
const FOLDERS = ['src', 'fake-api'];
const SOURCES = [...FOLDERS, 'tsconfig.json', 'package.json', 'package-lock.json'];

/** Run by Jest before all tests: some of them start the built program, which has to be that of these sources. */
export default async function prepareProgram() {
  buildProgram();
  // The long tests start the files that users have.
  if (process.env.LONG_TESTS !== 'yes')
    process.env.BUNDLED_PROGRAM = await bundleProgram(statSync(BUILT).mtime);
}

function buildProgram() {
  const begun = new Date();
  if (existsSync(BUILT) && listSources().every((path) => statSync(path).mtime < statSync(BUILT).mtime))
    return;
  const { status, signal, stdout, error } = spawnSync(
    process.execPath,
    ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.json'],
    { cwd: ROOT, encoding: 'utf8' },
  );
  if (error !== undefined) throw error;
  // tsc leaves it alone where nothing has changed, and writes it where it failed too.
  if (existsSync(BUILT)) utimesSync(BUILT, begun, status === 0 ? begun : new Date(0));
  if (status !== 0) throw new Error(`dist/ cannot be built (${signal ?? `exit ${status}`}):\n${stdout}`);
}

function listSources() {
  const inside = FOLDERS.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true }).map((name) => join(folder, String(name))),
  );
  return [...SOURCES, ...inside].map((path) => join(ROOT, path));
}
