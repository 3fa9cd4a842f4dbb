/*
 * Builds the program: bundles src/ and the packages that it uses into the files of dist/. Node loads a few files many
 * times faster than the hundreds that they are made of. Names are kept, and each module keeps its path as a comment, so a
 * stack trace leads to its source. Uses only esbuild, because `npm install` runs it before anything else.
 */
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const DIST = join(ROOT, 'dist');

/** The files that are started by their name. */
const ENTRY_POINTS = {
  run: 'src/cli/run.ts',
  'verify-thread': 'src/verify/second-thread.ts',
  'index-thread': 'src/db/index-thread.ts',
  'statement-process': 'src/web/sql/statement-process.ts',
};
/** The module that is a file of its own, with the packages that it passes on. */
const ALONE = { name: 's3-client', module: 'src/export/upload/s3-client.ts' };
/** The folders in dist/ in which builds write their files. One that is killed leaves its own, which is never packed. */
const PARTIAL = '.build-';
/** What pg would load for features that are not used. */
const UNUSED = ['pg-native', 'pgpass', 'pg-cloudflare'];
/** It has a native part, and which version is used depends on the running Node; see src/db/engine.ts. */
const EXTERNAL = ['better-sqlite3*', ...UNUSED];
/** Files that the program reads from beside its modules. */
const ASSETS = ['src/web/style.css', 'src/web/icon.svg'];
/** Packages that are CommonJS ask for modules of Node by `require`, which a module of ESM does not have. */
const BANNER =
  "import { createRequire as toRequire } from 'node:module';\nconst require = toRequire(import.meta.url);";
/** The entry point that runs before the program is loaded. */
const FIRST = 'src/cli/run.ts';
/**
 * Modules that are in one piece, with all that they import: each entry point that loads the module `where` also imports
 * `modules`. Otherwise each set of modules that some commands share would be a piece of its own, and loading a piece
 * takes a millisecond, as long as loading 50 kB more of one.
 */
const TOGETHER = [
  { modules: ['src/lib/heap.ts', 'src/config/early-signals.ts'] },
  {
    modules: ['src/cli/main.ts', 'src/cli/options.ts', 'src/cli/output.ts', 'src/lib/command-line.ts'],
    unless: FIRST,
  },
  {
    modules: [
      'src/db/open-mirror.ts',
      'src/db/state.ts',
      'src/db/read-case.ts',
      'src/db/linked/passes.ts',
      'src/db/linked/texts.ts',
      'src/db/linked/file-store.ts',
      'src/db/write-history.ts',
      'src/cli/with-mirror.ts',
    ],
    where: 'node_modules/drizzle-orm/entity.js',
  },
];
/** Texts of licenses, for packages that name theirs but come without its text. */
const TEXTS = { 'Apache-2.0': 'node_modules/typescript/LICENSE.txt' };
/** The last section of some readme files is the license. */
const LICENSE_OF_README = /^#+ license\s+(?=.{400})/ims;

/**
 * Replaces dist/ while a process may be starting from it: each file appears whole, those that are started by their name
 * after the pieces that they import, and then what is no longer part of it goes.
 */
export async function buildProgram() {
  const { outputs } = (await bundle([])).metafile;
  const { outputFiles, metafile } = await bundle([joinPieces(outputs)]);
  const client = await bundleAlone();
  const notices = renderNotices([
    ...new Set([metafile, client.metafile].flatMap(listBundledPackages).sort()),
  ]);
  const files = new Map([
    ['third-party-notices.txt', notices],
    ...ASSETS.map((path) => [basename(path), readFileSync(join(ROOT, path))]),
    ...[...outputFiles, ...client.outputFiles].map(({ path, contents }) => [basename(path), contents]),
  ]);
  const started = Object.keys(ENTRY_POINTS).map((name) => `${name}.js`);
  mkdirSync(DIST, { recursive: true });
  const folder = mkdtempSync(join(DIST, PARTIAL));
  for (const [name, content] of files) writeFileSync(join(folder, name), content);
  for (const name of [...files.keys()].filter((one) => !started.includes(one)).concat(started))
    renameSync(join(folder, name), join(DIST, name));
  rmSync(folder, { recursive: true });
  const gone = readdirSync(DIST).filter((name) => !files.has(name) && !name.startsWith(PARTIAL));
  for (const name of gone) rmSync(join(DIST, name), { recursive: true, force: true });
}

const SHARED_OPTIONS = {
  absWorkingDir: ROOT,
  outdir: DIST,
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  external: EXTERNAL,
  banner: { js: BANNER },
  legalComments: 'none',
  tsconfigRaw: {},
  metafile: true,
  write: false,
  logLevel: 'warning',
};

function bundle(plugins) {
  return build({
    ...SHARED_OPTIONS,
    entryPoints: ENTRY_POINTS,
    chunkNames: '[name]-[hash]',
    splitting: true,
    plugins: [leaveAlone, ...plugins],
  });
}

/**
 * Bundles the module that only passes on the client of S3. With it, the pieces of all other modules would be others, and each
 * command would load one more.
 */
const bundleAlone = () =>
  build({ ...SHARED_OPTIONS, entryPoints: { [ALONE.name]: ALONE.module }, mainFields: ['module', 'main'] });

const leaveAlone = {
  name: 'leave-alone',
  setup({ onResolve }) {
    onResolve({ filter: /\/s3-client\.ts$/ }, () => ({ path: `./${ALONE.name}.js`, external: true }));
  },
};

/** Has entry points import the modules of {@link TOGETHER}. */
function joinPieces(outputs) {
  const entries = new Map(
    Object.entries(outputs).flatMap(([file, { entryPoint }]) =>
      entryPoint === undefined ? [] : [[join(ROOT, entryPoint), listModules(outputs, file)]],
    ),
  );
  return {
    name: 'join-pieces',
    setup({ onLoad }) {
      onLoad({ filter: /\.ts$/ }, ({ path }) => {
        const modules = entries.get(path);
        if (modules === undefined) return undefined;
        const more = TOGETHER.filter(
          ({ where, unless }) =>
            (where === undefined || modules.has(where)) && (unless === undefined || !modules.has(unless)),
        ).flatMap((one) => one.modules.map((module) => `import ${JSON.stringify(join(ROOT, module))};\n`));
        return { contents: `${readFileSync(path, 'utf8')}\n${more.join('')}`, loader: 'ts' };
      });
    },
  };
}

/** The modules that are loaded with a file of the bundle. */
function listModules(outputs, file) {
  const [files, modules] = [new Set([file]), new Set()];
  for (const one of files) {
    for (const path of Object.keys(outputs[one]?.inputs ?? {})) modules.add(path);
    for (const { path, kind } of outputs[one]?.imports ?? [])
      if (kind === 'import-statement') files.add(path);
  }
  return modules;
}

/** The folders of the packages that the bundle has code of, sorted. */
function listBundledPackages({ outputs }) {
  const folders = Object.values(outputs)
    .flatMap(({ inputs }) => Object.entries(inputs))
    .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
    .flatMap(([path]) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path) ?? []);
  return [...new Set(folders)].sort();
}

/** What the licenses of the packages want to be passed on with them. */
function renderNotices(folders) {
  const sections = folders.map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(join(ROOT, folder, 'package.json'), 'utf8'));
    return `${name} ${version} (${license})\n\n${readLicense(folder, license).trim()}\n`;
  });
  return [`clearinghouse-mirror contains code of these packages.\n`, ...sections].join(
    `\n${'-'.repeat(80)}\n\n`,
  );
}

function readLicense(folder, license) {
  const readme = readdirSync(join(ROOT, folder)).find((file) => /^readme/i.test(file));
  const own = readdirSync(join(ROOT, folder)).filter((file) => /^(?:licen[cs]e|notice|copying)/i.test(file));
  const files = own.length > 0 ? own.sort().map((file) => join(folder, file)) : [TEXTS[license]];
  return files
    .map((file) => {
      const section = readme === undefined ? null : readSection(join(ROOT, folder, readme));
      if (file === undefined && section !== null) return section;
      if (file === undefined) throw new Error(`${folder} has no text of its license (${license}).`);
      return readFileSync(join(ROOT, file), 'utf8');
    })
    .join('\n');
}

/** The text of a license at the end of a readme; null if there is none. */
function readSection(path) {
  const text = readFileSync(path, 'utf8');
  const start = LICENSE_OF_README.exec(text);
  return start === null ? null : text.slice(start.index + start[0].length);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildProgram();
