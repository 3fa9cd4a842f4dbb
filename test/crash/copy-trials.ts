import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { join } from 'node:path';
import { listPendingRedactions } from '../../src/db/redact.ts';
import { openMirrorReadOnly } from '../../src/db/open-mirror.ts';
import { openSqlite } from '../../src/db/engine.ts';
import { recordedCases } from '../../fake-api/collection/recorded-cases.ts';
import { startFakeApi } from '../../fake-api/serve/server.ts';
import { makeCase, makeDocket, makeEntry } from '../support/make-case.ts';
import { makeDocument } from '../support/make-document.ts';
import type { Death } from './deaths.ts';
import { runAsProcess, startCommand, toEnvironment, type RunWhole } from './run-command.ts';
import { toText } from './scenario.ts';

/* Deaths during a snapshot, a restore and a redaction. */

const CANARY = 'CanaryOfTheSealedCase';
const SEALED = 7;
/** A document of a case that is on the site, in its title and in its text. */
const DOCUMENT_CANARY = 'CanaryOfTheSealedDocument';
const SEALED_DOCUMENT = 70;
const SNAPSHOT = 'mirror-20261101T031700Z.db';
/** Named after an earlier second, so that no snapshot of a trial has a name that is in use. */
const LATER_SNAPSHOT = 'mirror-20261102T031700Z.db';

export const COPY_COMMANDS = {
  snapshot: ['snapshot'],
  restore: ['restore', SNAPSHOT, '--yes'],
  redact: ['redact', String(SEALED), '--snapshots', '--yes'],
  'redact --document': ['redact', '--document', String(SEALED_DOCUMENT), '--snapshots', '--yes'],
} as const;
export type CopyCommand = keyof typeof COPY_COMMANDS;

/** What a redaction must remove, and how the mirror says that it still holds it. */
const REDACTIONS = {
  redact: { canary: CANARY, named: `SELECT 1 FROM cases WHERE id = ${SEALED} AND name IS NOT NULL` },
  'redact --document': {
    canary: DOCUMENT_CANARY,
    named: `SELECT 1 FROM documents WHERE id = ${SEALED_DOCUMENT} AND title IS NOT NULL`,
  },
} as const;

const isRedaction = (command: CopyCommand): command is keyof typeof REDACTIONS => command in REDACTIONS;

/** A folder with a mirror and a snapshot. Both contain a case that has left the site, and a document of another case. */
export interface CopyWorld {
  readonly folder: string;
  /** Every write of each command without a death, in order. */
  readonly labels: Readonly<Record<CopyCommand, readonly string[]>>;
}

export async function prepareCopyWorld(parent: string, runWhole: RunWhole): Promise<CopyWorld> {
  const folder = join(parent, 'world');
  const sealed = makeCase({
    id: SEALED,
    name: `${CANARY} v. County`,
    summary: `<p>${CANARY}</p>`,
    main_docket: makeDocket({ docket_entries: [makeEntry({ description: `${CANARY} COMPLAINT` })] }),
  });
  const source = recordedCases([sealed, makeCase({ id: 8 }), makeCase({ id: 9 })]);
  source.linked.putDocument(
    8,
    makeDocument({ id: SEALED_DOCUMENT, title: `${DOCUMENT_CANARY} order` }),
    `The text of ${DOCUMENT_CANARY}`,
  );
  mkdirSync(folder);
  await using fakeApi = await startFakeApi({ source });
  const runHere: RunWhole = (words, env) =>
    runWhole(words, { ...toEnvironment(fakeApi, join(folder, 'mirror.db')), ...env });
  await expectEnd(['sync'], folder, runHere);
  await expectEnd(['fetch-texts'], folder, runHere);
  await expectEnd(COPY_COMMANDS.snapshot, folder, runHere);
  const [taken = ''] = readdirSync(join(folder, 'snapshots')).filter((name) => name.startsWith('mirror-'));
  cpSync(join(folder, 'snapshots', taken), join(folder, 'snapshots', SNAPSHOT));
  renameSync(join(folder, 'snapshots', taken), join(folder, 'snapshots', LATER_SNAPSHOT));
  source.remove(SEALED);
  await expectEnd(['sync'], folder, runHere);
  const labels: Partial<Record<CopyCommand, readonly string[]>> = {};
  for (const command of Object.keys(COPY_COMMANDS) as CopyCommand[]) {
    const trial = join(parent, `undisturbed-${command}`);
    cpSync(folder, trial, { recursive: true });
    const list = join(parent, `${command.replaceAll(' ', '')}.labels`);
    await expectEnd(COPY_COMMANDS[command], trial, (words, env) =>
      runAsProcess(words, { ...env, CRASH_LABELS_TO: list }),
    );
    labels[command] = JSON.parse(readFileSync(list, 'utf8')) as string[];
  }
  return { folder, labels: labels as Record<CopyCommand, readonly string[]> };
}

const toEnv = (folder: string): NodeJS.ProcessEnv => ({ CLEARINGHOUSE_DATABASE: join(folder, 'mirror.db') });

async function expectEnd(words: readonly string[], folder: string, runWhole: RunWhole): Promise<void> {
  const ending = await runWhole(words, toEnv(folder));
  if (ending.exitCode !== 0) throw new Error(`An undisturbed ${words.join(' ')} ${toText(ending)}`);
}

/** Kills a command at a write and runs it again. Returns all faults. */
export async function runCopyTrial(
  { folder: world }: CopyWorld,
  command: CopyCommand,
  { label, occurrence }: Extract<Death, { at: 'write' }>,
  parent: string,
  runWhole: RunWhole,
): Promise<string[]> {
  const folder = mkdtempSync(join(parent, 'copy-trial-'));
  try {
    cpSync(world, folder, { recursive: true });
    const crash = { CRASH_AT: label, CRASH_OCCURRENCE: String(occurrence) };
    const ending = await startCommand(COPY_COMMANDS[command], { ...toEnv(folder), ...crash }).ended;
    if (ending.signal !== 'SIGKILL') return [`the ${command} that was to die ${toText(ending)}`];
    const faults = [
      ...examineFiles(folder),
      ...(isRedaction(command) ? examineRedaction(folder, command) : []),
      ...(command === 'restore' ? examineRestored(folder) : []),
    ];
    const next = await runWhole(COPY_COMMANDS[command], toEnv(folder));
    if (next.exitCode !== 0) return [...faults, `the next ${command} ${toText(next)}`];
    faults.push(...examineFiles(folder), ...examineLeftovers(folder));
    if (isRedaction(command))
      faults.push(
        ...listFilesWith(folder, REDACTIONS[command].canary).map(
          (name) => `${name} still holds the content in the end`,
        ),
      );
    return faults;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Checks that the mirror and each snapshot exist and are complete. */
function examineFiles(folder: string): string[] {
  const snapshots = readdirSync(join(folder, 'snapshots')).filter((name) => name.endsWith('.db'));
  const faults = snapshots.includes(SNAPSHOT) ? [] : ['the snapshot is gone'];
  for (const path of ['mirror.db', ...snapshots.map((name) => join('snapshots', name))]) {
    if (!existsSync(join(folder, path))) faults.push(`${path} is missing`);
    else faults.push(...examineFile(join(folder, path)).map((fault) => `${path}: ${fault}`));
  }
  return faults;
}

function examineFile(path: string): string[] {
  const sqlite = openSqlite(path, { readonly: true, fileMustExist: true });
  try {
    const verdict = sqlite.pragma('integrity_check', { simple: true });
    const cases = Number(sqlite.prepare('SELECT count(*) FROM cases').pluck().get());
    return [...(verdict === 'ok' ? [] : [String(verdict)]), ...(cases === 3 ? [] : [`${cases} cases`])];
  } catch (error) {
    return [String(error)];
  } finally {
    sqlite.close();
  }
}

/** Checks that a mirror that was replaced lets its readers and a writer work side by side. */
function examineRestored(folder: string): string[] {
  const sqlite = openSqlite(join(folder, 'mirror.db'), { readonly: true, fileMustExist: true });
  try {
    const isRestored = sqlite
      .prepare('SELECT 1 FROM cases WHERE id = ? AND mirror_departed_run_id IS NULL')
      .get(SEALED);
    const mode = sqlite.pragma('journal_mode', { simple: true });
    return isRestored === undefined || mode === 'wal' ? [] : [`restored with the journal ${String(mode)}`];
  } finally {
    sqlite.close();
  }
}

/**
 * Checks that the mirror says that it has the case or document, or that its redaction is pending, as long as any file
 * contains its bytes.
 */
function examineRedaction(folder: string, command: keyof typeof REDACTIONS): string[] {
  const { canary, named } = REDACTIONS[command];
  const path = join(folder, 'mirror.db');
  const mirror = openMirrorReadOnly(path);
  try {
    const holdsBytes = ['', '-wal'].some(
      (ending) => existsSync(`${path}${ending}`) && readFileSync(`${path}${ending}`).includes(canary),
    );
    const isNamed = mirror.sqlite.prepare(named).get();
    const isPending = listPendingRedactions(mirror).some(({ caseIds, documentIds }) =>
      command === 'redact' ? caseIds.includes(SEALED) : documentIds.includes(SEALED_DOCUMENT),
    );
    return holdsBytes && isNamed === undefined && !isPending ? ['bytes are left, and nothing says so'] : [];
  } finally {
    mirror.close();
  }
}

function listFilesWith(folder: string, canary: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((one) => one.isFile() && readFileSync(join(one.parentPath, one.name)).includes(canary))
    .map(({ name }) => name);
}

function examineLeftovers(folder: string): string[] {
  return (
    readdirSync(folder, { recursive: true })
      .map(String)
      // A lock without a copy may belong to a copy that is about to begin, so it stays for a minute.
      .filter((name) => /restoring|partial$|partial-|\.tmp/.test(name))
      .map((name) => `${name} was left`)
  );
}
