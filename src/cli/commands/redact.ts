import { type Command, InvalidArgumentError } from 'commander';
import { dirname, resolve } from 'node:path';
import type { ExitName } from '../../errors/exit-codes.ts';
import { type DocumentRedaction, findDocumentRedaction } from '../../db/linked/redact-document.ts';
import {
  type Redactable,
  type Redaction,
  findRedaction,
  redactCase,
  redactDocument,
} from '../../db/redact.ts';
import { type ExportRow, forgetExports, listExports } from '../../db/exports.ts';
import type { ExportedFolder } from '../../export/target.ts';
import { isOnDisk, listUnprovenFolders } from '../../export/places.ts';
import { MirrorError } from '../../errors/mirror-error.ts';
import { listTablesAndViewsOfUser, type SchemaObject } from '../../db/own-schema.ts';
import { type WriterOptions, withWriter } from '../../db/open-mirror.ts';
import type { RunStart } from '../../db/run-log.ts';
import { PACKAGE } from '../../lib/package-info.ts';
import { type Settings, parseSettings, parseSnapshotSettings } from '../../config/settings.ts';
import { type HoldingCopy, listCopies, listHoldingCopies, redactCopies } from '../../backup/redact-copies.ts';
import { parseCaseId, withMirror } from '../with-mirror.ts';
import { say, textWidth, withStop, write, type Io } from '../io.ts';
import { type Aim, quoteWord, toPlaceText } from '../../lib/command-line.ts';
import { toAim } from '../suggested-commands.ts';
import { renderBroken, renderDied, renderUpgrade } from '../text/errors.ts';
import { renderObjects } from '../text/verify.ts';
import { renderFolders, renderHolding, renderPlacesLeft, toPlacesJson } from '../text/export-places.ts';
import { toCellText, toJsonLine } from '../text/words.ts';
import { toRealPath } from '../../lib/files.ts';
import { wrapText, renderPlural } from '../../lib/layout.ts';
import { addSettings, readWrittenSettings, type Flags } from '../options.ts';

export function defineOptions(command: Command): Command {
  command.registeredArguments[0]?.argParser(parseCaseId);
  return addSettings(
    command
      .option('--document <id>', 'remove one document instead of a case', parseDocumentId)
      .option(
        '--snapshots [folder]',
        'also remove it from the copies of the mirror (env: CLEARINGHOUSE_SNAPSHOTS)',
      )
      .option(
        '--removed <place>',
        'take an export, or a copy in a bucket, that you removed yourself off the record; nothing is redacted',
      )
      .option('--yes', 'remove it; without this flag, only show what would be removed')
      .option('--json', 'print JSON'),
    ['database'],
  ).addHelpText(
    'after',
    `
Use it for a case that was sealed or withdrawn. The mirror keeps only its id and the dates
on which it was first seen, departed and was redacted. redact rewrites the file, which
needs as much free space as the file itself and its search indexes beside it, and as much as
the file in the folder for temporary files (TMPDIR). A redaction is done when the last byte
is gone: if another program reads the file, or the process dies, \`status\` reports the
redaction as pending, and the next \`sync\` finishes it.

--document removes one document, also of a case that is on the site. The mirror keeps its
id and its cases, and stores nothing of it again, whatever list brings it.

The file (PDF) of a document is removed with it, unless another document has an equal file.

redact lists the copies that still contain the content: snapshots, the copy before an
upgrade, replaced mirrors, and copies under any other name beside the mirror or in the
snapshot folder. --snapshots removes the content from them too, and exits with 6 if a copy is left that may have it. It also lists where the mirror was
exported, copied (--to) and published, each with the command that replaces what is there, and other
exports beside the mirror and in the current folder. Copies that you made elsewhere keep the content.
Tables and views that you added to the file are not searched. If the site publishes the case
again, a sync stores it again.

Other cases that name the case as a related one keep its id without the name, also in their
history, and whatever a sync brings. Their summaries and docket entries are not searched.

A case whose every record was rejected can be redacted while it is on the site. The mirror
keeps its id, and stores nothing that the API sends of it, a valid record included.

To practice on invented cases, run \`demo\`: its mirror has departed cases, and
\`departed --database clearinghouse-demo.db\` lists them.

Examples:
  $ clearinghouse-mirror redact 10002 --yes
  $ clearinghouse-mirror redact 10002 --snapshots --yes
  $ clearinghouse-mirror redact --document 98765 --yes`,
  );
}

export async function runCommand(caseId: number | undefined, flags: Flags, io: Io): Promise<ExitName> {
  const written = readWrittenSettings(toSnapshotFlags(flags), io);
  const settings = parseSettings(written);
  const { database } = settings;
  if (typeof flags.removed === 'string') return forgetPlace(flags.removed, caseId, flags, database, io);
  const subject = toSubject(caseId, flags);
  const { id } = subject;
  const { folder } = parseSnapshotSettings(written, database);
  const redaction = withMirror(database, (mirror): AnyRedaction =>
    subject.kind === 'case'
      ? { kind: 'case', ...findRedaction(mirror, id) }
      : { kind: 'document', ...findDocumentRedaction(mirror, id) },
  );
  const notSearched = withMirror(database, ({ sqlite }) => listTablesAndViewsOfUser(sqlite));
  listCopies(database, folder); // reports unreadable copies before anything is removed
  const wantsCopies = flags.snapshots !== undefined;
  const start = toStart(settings, io);
  const runId = flags.yes === true ? redact(subject, database, start, io) : null;
  const copies = listHoldingCopies(database, folder, subject);
  const cleaned =
    flags.yes === true && wantsCopies
      ? await withStop(io, (signal) => redactCopies(copies, subject, start, io.runtime.now, signal))
      : [];
  const holding = copies.filter(({ path }) => !cleaned.includes(path));
  const near = [dirname(toRealPath(database)), io.folder];
  const { places, exports } = withMirror(database, (mirror) => {
    const outdated = listExports(mirror, runId ?? redaction.doneRunId);
    return { places: outdated, exports: listUnprovenFolders(mirror, near, outdated) };
  });
  const outcome = { redaction, runId, cleaned, holding, exports, places, notSearched };
  await write(
    io.stdout,
    flags.json === true
      ? toJsonLine(toJson(outcome))
      : render(outcome, toRepeated(subject, flags), toAim(io, flags), textWidth(io)),
  );
  // A copy that was left, whatever the reason, may still have what was to be removed.
  return runId !== null && wantsCopies && holding.length > 0 ? 'partial' : 'complete';
}

/** Takes a place off the record. Fails with USAGE if it is not on it, or if the folder is still there. */
async function forgetPlace(
  place: string,
  caseId: number | undefined,
  { document, yes, snapshots, json }: Flags,
  database: string,
  io: Io,
): Promise<ExitName> {
  if ([caseId, document, yes, snapshots].some((one) => one !== undefined))
    throw new MirrorError('USAGE', '--removed goes with nothing that redacts.', {
      hint: 'Run `clearinghouse-mirror redact --removed PLACE` by itself.',
    });
  const names = [place, resolve(io.folder, place)];
  const rows = withMirror(database, (mirror) => listExports(mirror, null));
  const left = rows.find((row) => names.includes(row.place) && isOnDisk(row));
  if (left !== undefined)
    throw new MirrorError('USAGE', `${toPlaceText(left.place)} is still there.`, {
      hint: 'Delete it first, then take it off the record.',
    });
  if (withWriter(database, io.runtime.now, (mirror) => forgetExports(mirror, names), toEvents(io)) === 0)
    throw new MirrorError('USAGE', `${toPlaceText(place)} is not on record in ${database}.`, {
      hint: `On record: ${rows.map((one) => toPlaceText(one.place)).join(', ') || 'nothing'}.`,
    });
  await write(
    io.stdout,
    json === true ? toJsonLine({ removed: place }) : `${toPlaceText(place)} is off the record.\n`,
  );
  return 'complete';
}

/** `--snapshots` without a value means the default folder. */
function toSnapshotFlags(flags: Flags): Flags {
  return flags.snapshots === true ? { ...flags, snapshots: undefined } : flags;
}

function toStart({ apiUrl }: Settings, io: Io): RunStart {
  return {
    startedAt: io.runtime.now(),
    trigger: 'redact',
    apiUrl: apiUrl.href,
    processId: process.pid,
    version: PACKAGE.version,
  };
}

type AnyRedaction =
  | (Redaction & { readonly kind: 'case' })
  | (DocumentRedaction & { readonly kind: 'document' });

function parseDocumentId(text: string): number {
  const id = /^\d+$/.test(text.trim()) ? Number(text) : NaN;
  if (!Number.isSafeInteger(id) || id < 1)
    throw new InvalidArgumentError('Ids of documents are whole numbers from 1 on.');
  return id;
}

function toSubject(caseId: number | undefined, { document }: Flags): Redactable {
  if (typeof document === 'number' && caseId === undefined) return { kind: 'document', id: document };
  if (document === undefined && caseId !== undefined) return { kind: 'case', id: caseId };
  throw new MirrorError('USAGE', 'redact takes the id of a case, or --document with the id of a document.', {
    hint: 'For example: `clearinghouse-mirror redact 10002`, or `clearinghouse-mirror redact --document 98765`.',
  });
}

/** The command that also redacts the copies. */
function toRepeated({ kind, id }: Redactable, { snapshots }: Flags): string {
  const folder = typeof snapshots === 'string' ? ` ${quoteWord(snapshots)}` : '';
  return `redact ${kind === 'case' ? id : `--document ${id}`} --snapshots${folder} --yes`;
}

function redact(subject: Redactable, database: string, start: RunStart, io: Io): number {
  return withWriter(
    database,
    io.runtime.now,
    (mirror) =>
      subject.kind === 'case'
        ? redactCase(mirror, subject.id, start, io.runtime.now)
        : redactDocument(mirror, subject.id, start, io.runtime.now),
    toEvents(io),
  );
}

/** Says what a writer finds or does before the redaction. */
function toEvents(io: Io): WriterOptions {
  return {
    onBroken: (broken) => {
      say(io.stderr, renderBroken(broken));
    },
    onUpgrade: (step) => {
      say(io.stderr, toAim(io, {})(renderUpgrade(step)));
    },
    onDied: (died) => {
      say(io.stderr, `${renderDied(died)}\n`);
    },
  };
}

interface Outcome {
  readonly redaction: AnyRedaction;
  /** Null if nothing was done. */
  readonly runId: number | null;
  /** Copies from which the content was removed, and copies that still hold it. */
  readonly cleaned: readonly string[];
  readonly holding: readonly HoldingCopy[];
  /** Folders that may have the content. Nothing in them is changed. */
  readonly exports: readonly ExportedFolder[];
  /** The places on record that may have the content. */
  readonly places: readonly ExportRow[];
  /** The tables and views that the user added. */
  readonly notSearched: readonly SchemaObject[];
}

function toJson({ redaction, runId, cleaned, holding, exports, places, notSearched }: Outcome) {
  const { changes, rejectedRecords } = redaction;
  const done = { run_id: runId, redacted: runId !== null };
  return {
    ...(redaction.kind === 'case'
      ? {
          case_id: redaction.caseId,
          ...done,
          docket_entries: redaction.docketEntries,
          changes,
          rejected_records: rejectedRecords,
          files: redaction.files,
          named_by_other_cases: redaction.namedBy,
        }
      : {
          document_id: redaction.documentId,
          ...done,
          case_ids: redaction.caseIds,
          texts: redaction.texts,
          files: redaction.files,
          changes,
          rejected_records: rejectedRecords,
        }),
    copies_redacted: cleaned,
    copies_with_content: holding.map(({ path, holds, isOwn }) => ({
      path,
      holds,
      mirror: isOwn ? 'this' : 'other',
    })),
    exports: exports.map(({ path, isUnfinished }) => ({ path, unfinished: isUnfinished })),
    exports_on_record: toPlacesJson(places),
    not_searched: notSearched.map(({ type, name }) => ({ type, name })),
  };
}

function render(
  { redaction, runId, cleaned, holding, exports, places, notSearched }: Outcome,
  repeated: string,
  aim: Aim,
  width: number,
): string {
  const lines = [renderRedaction(redaction, runId)];
  const namedBy = redaction.kind === 'case' ? redaction.namedBy : 0;
  if (namedBy > 0)
    lines.push(
      `${renderPlural(namedBy, 'other case names', 'other cases name')} it as a related case: ${runId === null ? 'there its id would stay, without the name' : 'there its id stays, without the name'}.`,
    );
  for (const path of cleaned) lines.push(`  removed from ${toPlaceText(path)}`);
  if (holding.length > 0) lines.push(...renderHolding(holding, aim(`\`clearinghouse-mirror ${repeated}\``)));
  lines.push(...renderPlacesLeft(places, aim));
  const known = new Set(places.map(({ place }) => place));
  const others = exports.filter(({ path }) => !known.has(path));
  if (others.length > 0) lines.push(...renderFolders(others));
  if (notSearched.length > 0)
    lines.push(
      `Not searched, because you added them to the file: ${toCellText(renderObjects(notSearched))}. If they hold content of the ${redaction.kind}, remove it there yourself.`,
    );
  const isLeft = redaction.doneRunId === null || redaction.isPending;
  if (runId === null && isLeft) lines.push('Nothing was done. To do it, add --yes.');
  return lines.map((line) => (line.startsWith('  ') ? `${line}\n` : wrapText(line, width))).join('');
}

/** The effect on the mirror itself; `runId` is null if nothing was done. */
function renderRedaction(redaction: AnyRedaction, runId: number | null): string {
  const { doneRunId, isPending } = redaction;
  const what = nameSubject(redaction);
  if (isPending)
    return runId === null
      ? `Would finish the redaction of ${what}: run ${doneRunId} deleted its rows, and their bytes may still be in the file.`
      : `Finished the redaction of ${what}, which run ${runId} began: the last byte is gone from the file.`;
  if (doneRunId !== null)
    return `Nothing is left to remove of ${what} in the mirror: run ${doneRunId} redacted it.`;
  const content = listContent(redaction);
  const name = redaction.kind === 'case' ? (redaction.name ?? 'no name') : (redaction.title ?? 'no title');
  return runId === null
    ? `This would remove from ${what} (${toCellText(name)}): ${content}.`
    : `Removed from ${what}: ${content}. Run ${runId} records it.`;
}

function nameSubject(redaction: AnyRedaction): string {
  return redaction.kind === 'case' ? `case ${redaction.caseId}` : `document ${redaction.documentId}`;
}

function listContent(redaction: AnyRedaction): string {
  const { rejectedRecords } = redaction;
  if (!redaction.isStored)
    return `${renderPlural(rejectedRecords, 'rejected record')}, the only trace of it; its id stays`;
  const counted: readonly [number, string, string?][] = [
    redaction.kind === 'case'
      ? [redaction.docketEntries, 'docket entry', 'docket entries']
      : [redaction.texts, 'text'],
    [redaction.files, 'file'],
    [rejectedRecords, 'rejected record'],
    [redaction.changes, 'recorded change'],
  ];
  const parts = counted.filter(([n]) => n > 0).map((one) => renderPlural(...one));
  const last = parts.pop();
  const list = ['its fields', ...parts].join(', ') + (last === undefined ? '' : ` and ${last}`);
  if (redaction.kind === 'case') return list;
  const cases = renderPlural(redaction.caseIds.length, 'case');
  return `${list}; its id stays, with its links to ${cases}`;
}
