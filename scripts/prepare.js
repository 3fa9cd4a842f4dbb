/*
 * Run by npm after `npm install` in a checkout, and before `npm pack`: sees to the SQLite engine and builds dist/. It uses
 * nothing but Node at first, because `npm install --omit=dev` does not bring esbuild.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const isThere = (path) => existsSync(new URL(`../${path}`, import.meta.url));

/** Runs a script with this Node; ends the process as it ended when it failed. */
function run(script, args) {
  const { status, error } = spawnSync(process.execPath, [script, ...args], { cwd: ROOT, stdio: 'inherit' });
  if (error !== undefined) throw error;
  if (status !== 0) process.exit(status ?? 1);
}

/*
 * better-sqlite3 13 brings its own binaries, and says so with `gypfile: false`. A lock file does not record that, so npm
 * runs node-gyp all the same. Without Python that fails, and npm drops the package silently, for it is optional. It is
 * whole as it was downloaded: installed without scripts it stays.
 */
function installEngine() {
  const hasNodeApi10 = Number(process.versions.napi) >= 10;
  const omits = (process.env.npm_config_omit ?? '').split(/[\s,]+/);
  if (!hasNodeApi10 || isThere('node_modules/better-sqlite3-node22') || omits.includes('optional')) return;
  const npm = process.env.npm_execpath ?? '';
  if (!/npm-cli\.[cm]?js$/.test(npm)) {
    console.error('The SQLite engine is not installed. Run `npm install --ignore-scripts`.');
    return;
  }
  console.log('Installing the SQLite engine from its own binary, as it cannot be compiled here.');
  run(npm, ['install', '--ignore-scripts', '--no-save', '--prefer-offline']);
}

function build() {
  if (isThere('node_modules/esbuild/package.json')) {
    run(fileURLToPath(new URL('build.js', import.meta.url)), []);
    return;
  }
  if (isThere('dist/run.js')) {
    console.log('dist/ is left as it was built before: esbuild is not installed.');
    return;
  }
  console.log(
    'dist/ is not built: esbuild is a development dependency and was left out (--omit=dev).\n' +
      'The program cannot run yet. Either run `npm install` with development dependencies, or build a package with\n' +
      '`npm pack` in a checkout that has them, and install that: see docs/install.md.',
  );
}

installEngine();
build();
