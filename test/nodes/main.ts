/*
 * Tries the program on other versions of Node: each is installed from npm into a folder of its own, and
 * has a fresh clone of the last commit. Installation, demo, the package installed by itself, first syncs of a collection of the real size, verify and the fast
 * tests must pass; a first sync must stay below 200 MB. Prints a table, and ends with 1 where anything failed or is missing.
 *
 *   npm run test:nodes -- --nodes 24 --cases 1100 --syncs 1 --tests test/case
 *
 * With --folder, what was installed and invented there before is used again.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { serveFile, writeCollection } from '../../bench/serve-collection.ts';
import { renderTable, type NodeTrial } from './render-table.ts';
import { TESTED_FOLDERS, installNode, runFirstSyncs, runStep, type Step, type TriedNode } from './trials.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const MAX_BYTES = 200_000_000;

/** As docs/install.md has it, into a prefix of its own. */
const INSTALL_PACKAGE = `
  mkdir -p packed
  npm pack --ignore-scripts --pack-destination packed
  npm install --global --no-audit --no-fund --prefix "$PWD/packed" ./packed/*.tgz
  cd packed && ./bin/clearinghouse-mirror demo --cases 60`;

const { values } = parseArgs({
  options: {
    nodes: { type: 'string', default: '20,22,24,26' },
    cases: { type: 'string', default: '12300' },
    syncs: { type: 'string', default: '5' },
    tests: {
      type: 'string',
      default: TESTED_FOLDERS.join(','),
    },
    folder: { type: 'string' },
  },
});

const tell = (text: string): void => {
  process.stderr.write(`${text}\n`);
};
const folder = values.folder ?? mkdtempSync(join(tmpdir(), 'nodes-'));
mkdirSync(folder, { recursive: true });

/** A clone of the last commit, new or brought up to it. */
function checkOut(version: string): string {
  const checkout = join(folder, `checkout-${version}`);
  const git = (...words: string[]): void => {
    const { status, stderr } = spawnSync('git', words, { encoding: 'utf8' });
    if (status !== 0) throw new Error(stderr);
  };
  if (!existsSync(checkout)) git('clone', '--quiet', ROOT, checkout);
  git('-C', checkout, 'fetch', '--quiet', ROOT, 'HEAD');
  git('-C', checkout, 'reset', '--quiet', '--hard', 'FETCH_HEAD');
  git('-C', checkout, 'clean', '--quiet', '-d', '--force', '-x', '--exclude', 'node_modules');
  return checkout;
}

async function tryNode(node: TriedNode, collection: string): Promise<Step[]> {
  const checkout = checkOut(node.version);
  const place = { env: node.env, cwd: checkout };
  const command = [node.bin, 'bin/clearinghouse-mirror.js'];
  const steps: Step[] = [];
  const note = (step: Step): boolean => {
    steps.push(step);
    tell(`Node ${node.version}: ${step.name}: ${step.says}`);
    return step.isGood;
  };
  if (!note(runStep('install', ['npm', 'install', '--no-audit', '--no-fund'], place))) return steps;
  note(runStep('unchanged', ['git', 'diff', '--exit-code', '--stat'], place, () => 'yes'));
  note(runStep('demo', ['npm', 'run', 'demo'], place));
  note(runStep('package', ['sh', '-ec', INSTALL_PACKAGE], place));
  const server = await serveFile(collection, 0);
  try {
    const times = Number(values.syncs);
    const { step, database } = await runFirstSyncs(node, { checkout, server, times, maxBytes: MAX_BYTES });
    if (note(step)) note(runStep('verify', [...command, 'verify', '--database', database], place));
    for (const ending of ['', '-wal', '-shm']) rmSync(`${database}${ending}`, { force: true });
  } finally {
    await server.stop();
  }
  const summarize = (output: string): string => /^Tests: +(.*)$/m.exec(output)?.[1] ?? 'passed';
  note(runStep('tests', ['npm', 'run', 'jest', '--', ...values.tests.split(',')], place, summarize));
  return steps;
}

try {
  const cases = Number(values.cases);
  const collection = join(folder, `${cases}-before.ndjson`);
  if (!existsSync(collection)) {
    tell(`Inventing ${cases} cases.`);
    await writeCollection(cases, folder);
  }
  const trials: NodeTrial[] = [];
  for (const wanted of values.nodes.split(',')) {
    let node: TriedNode;
    try {
      node = installNode(wanted, folder);
    } catch (error) {
      const says = error instanceof Error ? error.message : String(error);
      trials.push({
        version: wanted,
        steps: [{ name: 'node', isGood: false, says: 'NOT THERE', output: says }],
      });
      continue;
    }
    trials.push({ version: node.version, steps: await tryNode(node, collection) });
  }
  process.stdout.write(renderTable(trials));
  if (trials.some(({ steps }) => steps.some(({ isGood }) => !isGood))) process.exitCode = 1;
} finally {
  if (values.folder === undefined) rmSync(folder, { recursive: true, force: true });
}
