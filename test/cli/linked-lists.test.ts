import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { type Fault, linkedList } from '../../fake-api/serve/faults.ts';
import { type CliResult, runCli } from '../support/command-line.ts';
import { makeDocument } from '../support/make-document.ts';
import { smallCollection } from '../support/small-collection.ts';
import { type SyncHarness, startHarness } from '../support/sync-harness.ts';
import { tempFolder } from '../support/temp-folder.ts';

const REFUSED: Fault = { kind: 'status', status: 401, body: { detail: 'Invalid token.' } };

interface World {
  readonly harness: SyncHarness;
  /** Runs a command with a budget for linked lists. */
  readonly run: (budget: string, ...args: string[]) => Promise<CliResult>;
  /** Whether the API refuses the token for linked lists. */
  refuse: boolean;
}

async function startWorld(cases = 4): Promise<World> {
  const source = smallCollection(cases);
  source.linked.putDocument(1, makeDocument({ id: 51 }));
  let isRefused = false;
  const harness: SyncHarness = await startHarness({
    source,
    faults: (request) => {
      if (world.refuse && linkedList()(request)) isRefused = true;
      return isRefused ? REFUSED : undefined;
    },
  });
  const world: World = {
    harness,
    refuse: false,
    run: (budget, ...args) =>
      runCli(args, {
        env: { ...harness.env, CLEARINGHOUSE_LINKED_BUDGET: budget },
        runtime: harness.runtime,
      }),
  };
  return world;
}

const countLinked = ({ fakeApi }: SyncHarness): number =>
  fakeApi.requests.filter(({ url }) => /\/cases\/\d+\//.test(url)).length;

describe('sync', () => {
  test('reads linked lists after the report of the cases, and exits with 0 if the budget is used up', async () => {
    const { run, harness } = await startWorld();
    const { exitCode, stdout } = await run('5', 'sync');
    expect(exitCode).toBe(0);
    expect(stdout.indexOf('Run 1: complete')).toBeLessThan(stdout.indexOf('Linked lists: 5 lists read'));
    expect(stdout).toContain('The budget is spent; the rest follows in later runs. Still due: 7 lists.');
    expect(countLinked(harness)).toBe(5);
  });

  test('prints one line of JSON for the run and one for the pass', async () => {
    const { run } = await startWorld();
    const { stdout } = await run('100', 'sync', '--json');
    const lines = stdout.trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
      { run_id: 1, outcome: 'complete' },
      { event: 'linked-pass', run_id: 1, outcome: 'complete', lists_read: 12, lists_left: 0 },
    ]);
  });

  test.each([
    ['--no-linked', '100'],
    ['--linked-budget=0', '100'],
    ['--dry-run', '100'],
  ])('requests no linked list with %s', async (flag, budget) => {
    const { run, harness } = await startWorld();
    const { exitCode, stdout } = await run(budget, 'sync', flag);
    expect([exitCode, countLinked(harness)]).toEqual([0, 0]);
    expect(stdout).not.toContain('Linked');
  });

  test('says clearly that the linked pass failed, while the run of the cases stays complete', async () => {
    const world = await startWorld();
    world.refuse = true;
    const { exitCode, stdout } = await world.run('100', 'sync');
    expect(exitCode).not.toBe(0);
    expect(stdout).toContain('Run 1: complete');
    expect(stdout).toContain('THE PASS FAILED.');
    expect(stdout).toContain('[UNAUTHORIZED]');
    expect(world.harness.rows('SELECT outcome FROM sync_runs')).toEqual([{ outcome: 'complete' }]);
    const status = await world.run('0', 'status');
    expect(status.stdout).toMatch(
      /newest pass over linked lists, after run 1 at .*: failed, [^]*UNAUTHORIZED/,
    );
    const doctor = await world.run('100', 'doctor');
    expect(doctor.stdout).toContain('last pass: failed');
  });
});

describe('status and coverage', () => {
  test('say how many lists were read, how many were never read, and how old the oldest is', async () => {
    const { run, harness } = await startWorld();
    expect((await run('0', 'status')).stdout).toContain('Linked lists: not read yet');
    await run('9', 'sync');
    for (const command of ['status', 'coverage']) {
      const { stdout } = await run('0', command);
      expect(stdout).toMatch(/documents +4 +4 \(100%\) +0 +0 +0 +1 +2030-01-15/);
      expect(stdout).toMatch(/resources +4 +2 \(50%\) +2 +0 +0 +0 +2030-01-15/);
      expect(stdout).toContain('newest pass over linked lists, after run 1');
    }
    const state = JSON.parse((await run('0', 'status', '--json')).stdout) as Record<string, unknown>;
    expect(state.linked_lists).toMatchObject([
      { kind: 'documents', lists: 4, read: 4, never_read: 0 },
      { kind: 'dockets', read: 3 },
      { kind: 'resources', read: 2, never_read: 2 },
    ]);
    expect(state.linked_pass).toMatchObject({ outcome: 'budget', lists_read: 9 });
    expect(harness.rows('SELECT count(*) AS n FROM linked_lists')).toEqual([{ n: 9 }]);
  });
});

/** A webhook that keeps the requests that it receives. */
async function startWebhook(onPost: () => void) {
  const posts: Record<string, unknown>[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      onPost();
      posts.push(JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown>);
      response.end('ok');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { posts, url: `http://127.0.0.1:${port}/hook`, close: () => server.close() };
}

describe('nightly', () => {
  test('reads linked lists after the steps of the run, and then reports them', async () => {
    const world = await startWorld();
    const { harness } = world;
    const folder = tempFolder();
    const metrics = join(folder, 'mirror.prom');
    const snapshots = join(folder, 'snapshots');
    const atPost: unknown[] = [];
    const hook = await startWebhook(() => {
      atPost.push([countLinked(harness), existsSync(snapshots), existsSync(metrics)]);
    });
    const { exitCode, stdout, stderr } = await runCli(
      ['nightly', '--once', '--metrics-file', metrics, '--snapshots', snapshots, '--webhook-on', 'always'],
      {
        env: {
          ...harness.env,
          CLEARINGHOUSE_LINKED_BUDGET: '9',
          CLEARINGHOUSE_WEBHOOK_URL: hook.url,
        },
        runtime: harness.runtime,
      },
    );
    hook.close();
    expect(exitCode).toBe(0);
    expect(atPost).toEqual([
      [0, true, true],
      [9, true, true],
    ]);
    expect(hook.posts).toMatchObject([
      { event: 'scheduled-run' },
      { event: 'linked-pass', outcome: 'budget', lists_read: 9 },
    ]);
    expect(stdout).toContain('Linked lists: 9 lists read');
    expect(stderr.split('\n').filter((line) => line.includes('linked-'))).toHaveLength(2);
    const text = readFileSync(metrics, 'utf8');
    expect(text).toContain('clearinghouse_mirror_linked_lists{kind="documents",state="never_read"} 0\n');
    expect(text).toContain('clearinghouse_mirror_linked_pass_outcome{outcome="budget"} 1\n');
    expect(text).toContain('clearinghouse_mirror_scheduled_run_cases{kind="new"} 4\n');
  });

  test('fetches texts after the linked lists, within their own budget', async () => {
    const { harness } = await startWorld();
    const { exitCode } = await runCli(['nightly', '--once', '--no-nightly-snapshot', '--texts-budget', '2'], {
      env: { ...harness.env, CLEARINGHOUSE_LINKED_BUDGET: '20' },
      runtime: harness.runtime,
    });
    expect(exitCode).toBe(0);
    const [pass] = harness.rows('SELECT outcome, requests FROM text_passes');
    expect(pass).toMatchObject({ outcome: expect.stringMatching(/budget|complete/) as unknown });
    expect(pass?.requests).toBeGreaterThan(0);
    expect(pass?.requests).toBeLessThanOrEqual(2);
  });

  test('reports a failed linked pass, which does not change the outcome, the ping and the record of the run', async () => {
    const world = await startWorld();
    world.refuse = true;
    const hook = await startWebhook(() => undefined);
    const { exitCode } = await runCli(['nightly', '--once', '--no-nightly-snapshot'], {
      env: {
        ...world.harness.env,
        CLEARINGHOUSE_LINKED_BUDGET: '100',
        CLEARINGHOUSE_WEBHOOK_URL: hook.url,
      },
      runtime: world.harness.runtime,
    });
    hook.close();
    expect(exitCode).not.toBe(0);
    expect(hook.posts).toMatchObject([{ event: 'linked-pass', outcome: 'failed' }]);
    expect(String(hook.posts[0]?.text)).toContain('The run of the cases is unaffected.');
    const { nightly } = JSON.parse((await world.run('0', 'status', '--json')).stdout) as {
      nightly: { scheduled_runs: unknown[] };
    };
    expect(nightly.scheduled_runs).toMatchObject([{ outcome: 'complete', is_over: true, error: null }]);
  });
});

test('fetch-texts restores the cursor, which its progress bar hides, if it fails early', async () => {
  const source = smallCollection(1);
  for (const id of [51, 52, 53, 54, 55, 56, 57])
    source.linked.putDocument(1, makeDocument({ id }), `Text of ${id}`);
  let texts = 0;
  const harness = await startHarness({
    source,
    faults: ({ url }) => {
      if (/\/documents\/\d+\/text/.test(url)) texts++;
      return texts > 1 ? REFUSED : undefined;
    },
  });
  const run = (...args: string[]) =>
    runCli(args, { env: harness.env, runtime: harness.runtime, isTTY: true });
  await run('sync', '--linked-budget', 'all');
  const { exitCode, stderr } = await run('fetch-texts');
  expect(exitCode).toBe(3);
  const [hide, show] = ['\u001b[?25l', '\u001b[?25h'];
  expect(stderr).toContain(hide);
  expect(stderr.lastIndexOf(show)).toBeGreaterThan(stderr.lastIndexOf(hide));
});
