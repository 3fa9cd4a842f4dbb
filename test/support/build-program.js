import { existsSync, mkdtempSync, readdirSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildProgram } from '../../scripts/build.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const BUILT = join(ROOT, 'dist/run.js');
/** The sources of the build. A folder is as new as the last file that was added or removed. */
const FOLDERS = ['src', 'fake-api'];
const SOURCES = [...FOLDERS, 'package-lock.json', 'scripts/build.js'];

/** Run by Jest before all tests. Some of them start the built program, so it must be built from the current sources. */
export default async function prepareProgram() {
  const isNew =
    existsSync(BUILT) && listSources().every((path) => statSync(path).mtime < statSync(BUILT).mtime);
  if (!isNew) await buildProgram();
  process.env.RUN_FOLDER = mkdtempSync(join(tmpdir(), 'clearinghouse-mirror-run-'));
}

function listSources() {
  const inside = FOLDERS.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true }).map((name) => join(folder, String(name))),
  );
  return [...SOURCES, ...inside].map((path) => join(ROOT, path));
}
