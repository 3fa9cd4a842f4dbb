import type { Command } from 'commander';
import type { ExitName } from '../../exit-codes.ts';
import { findRedaction, type Redaction } from '../../mirror/find-redaction.ts';
import { openMirror } from '../../mirror/open-mirror.ts';
import { redactCase } from '../../mirror/write-redaction.ts';
import { takeWriterLock } from '../../mirror/writer-lock.ts';
import { PACKAGE } from '../../package-info.ts';
import type { Settings } from '../../settings.ts';
import { parseCaseId } from '../case-id.ts';
import { write, type Io } from '../io.ts';
import { toCellText } from '../render/cell-text.ts';
import { renderPlural } from '../render/units.ts';
import { addSettings, readSettings, type Flags } from '../settings-options.ts';
import { withMirror } from '../with-mirror.ts';

export function defineRedact(command: Command): Command {
  return addSettings(
    command
      .description('Remove the content of a case that has left the site, with its history, for good.')
      .argument('<id>', "the case's id", parseCaseId)
      .option('--yes', 'do it; without this flag it only says what would be removed')
      .option('--json', 'print it as JSON'),
    ['database'],
  ).addHelpText(
    'after',
    `
For a case that was sealed or withdrawn. What stays is its id and the dates on which it
was first seen, departed and was redacted. The file is written anew, so that it needs
as much free space again. Copies of the file that were made before keep the content, and
so do other cases that name this one. Should the site publish the case again, a sync
stores it again.

Example:
  $ clearinghouse-mirror redact 10002 --yes`,
  );
}

export async function runRedactCommand(id: number, flags: Flags, io: Io): Promise<ExitName> {
  const settings = readSettings(flags, io);
  const redaction = withMirror(settings.database, (mirror) => findRedaction(mirror, id));
  const runId = flags.yes === true ? redact(id, settings, io) : null;
  await write(
    io.stdout,
    flags.json === true ? `${JSON.stringify(toJson(redaction, runId))}\n` : render(redaction, runId),
  );
  return 'complete';
}

function redact(id: number, { database, apiUrl }: Settings, io: Io): number {
  const { now } = io.surroundings;
  const lock = takeWriterLock(database);
  try {
    const mirror = openMirror(database);
    try {
      const start = {
        startedAt: now(),
        trigger: 'redact',
        apiUrl: apiUrl.href,
        processId: process.pid,
      } as const;
      return redactCase(mirror, id, { ...start, version: PACKAGE.version }, now);
    } finally {
      mirror.close();
    }
  } finally {
    lock.release();
  }
}

function toJson({ caseId, docketEntries, changes, namedBy }: Redaction, runId: number | null) {
  return {
    case_id: caseId,
    run_id: runId,
    redacted: runId !== null,
    docket_entries: docketEntries,
    changes,
    named_by_other_cases: namedBy,
  };
}

function render({ caseId, name, docketEntries, changes, namedBy }: Redaction, runId: number | null): string {
  const entries = renderPlural(docketEntries, 'docket entry', 'docket entries');
  const content = `its fields, ${entries} and ${renderPlural(changes, 'recorded change')}`;
  const named =
    namedBy === 0
      ? ''
      : `${renderPlural(namedBy, 'other case')} name it among their related cases; that is theirs and stays.\n`;
  return runId === null
    ? `Would remove of case ${caseId} (${toCellText(name ?? 'no name')}): ${content}.\n${named}Nothing was done. To do it, add --yes.\n`
    : `Removed of case ${caseId}: ${content}. Run ${runId} records it.\n${named}`;
}
