import { extname } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { MirrorError } from '../../errors/mirror-error.ts';
import type { ExitName } from '../../errors/exit-codes.ts';
import { type Period, findPeriod } from '../../history/period.ts';
import type { Mirror } from '../../db/open-mirror.ts';
import type { ReportForm } from '../../web/report/report.ts';
import { keepHeapSmall } from '../../lib/heap.ts';
import { type Io, say, write } from '../io.ts';
import {
  type Flags,
  PERIOD_HELP,
  addSettings,
  addSince,
  addUntil,
  readPeriod,
  readSettings,
} from '../options.ts';
import { checkTarget, writeOutputFile } from '../output.ts';
import { toNoPeriodWords } from '../text/period.ts';
import { renderBytes } from '../text/words.ts';
import { withMirrorMoment } from '../with-mirror.ts';

export function defineOptions(command: Command): Command {
  return addSettings(
    addUntil(addSince(command))
      .option('--run <n>', 'only this run', parseRunId)
      .option('--markdown', 'a text for the body of an email instead of an HTML file')
      .option(
        '--output <file>',
        'write the report to a file, completely or not at all; a name in .html or .md sets the form',
      )
      .option('--force', 'with --output: replace an existing file'),
    ['database'],
  ).addHelpText(
    'after',
    `
The report tells whether the run was complete, the coverage, moves from one status to another, new docket entries, the
ongoing cases that have been silent longest, contradictions in the data, what changed case by case, and new cases. By
default it is about the newest run that found any change.
${PERIOD_HELP}

One HTML file without scripts, which loads nothing, holds at most 1 MB and prints well: send it as an attachment.
--markdown is for the body. What had no room is counted, with the command that shows it. Nothing of cases that left the
site, of redacted cases or of documents that are not for the public is in it. Times are in UTC, and a report of the same
runs always has the same bytes.

Examples:
  $ clearinghouse-mirror report --output report.html
  $ clearinghouse-mirror report --since 2026-02 --output since-february.html
  $ clearinghouse-mirror report --run 12 --markdown`,
  );
}

function parseRunId(text: string): number {
  const runId = Number(text);
  if (!/^[1-9]\d*$/.test(text) || !Number.isSafeInteger(runId))
    throw new InvalidArgumentError('It takes the number of a run, such as 7.');
  return runId;
}

export async function runCommand(flags: Flags, io: Io): Promise<ExitName> {
  const form = readForm(flags);
  const asked = readRuns(flags, io);
  const { database } = readSettings(flags, io);
  const file = typeof flags.output === 'string' ? flags.output : null;
  const target =
    file === null ? null : { path: file, folder: io.folder, database, mayReplace: flags.force === true };
  if (target !== null) checkTarget(target); // before the work
  const { findUsualPeriod, renderReport } = await import('../../web/report/report.ts');
  const text = await withMirrorMoment(database, (mirror) => {
    const period = asked === null ? findUsualPeriod(mirror) : findAsked(mirror, asked);
    if (period === null)
      throw new MirrorError('TIME_NOT_MIRRORED', `${database}: ${toNoPeriodWords(asked !== null)}.`);
    return Promise.resolve(renderReport(mirror, period, form, keepHeapSmall));
  });
  if (target === null) {
    await write(io.stdout, text);
    return 'complete';
  }
  writeOutputFile(target, [text]);
  say(io.stderr, `${file ?? ''}: ${renderBytes(Buffer.byteLength(text))}.\n`);
  return 'complete';
}

type AskedPeriod = ReturnType<typeof readPeriod>;

function findAsked(mirror: Mirror, asked: AskedPeriod): Period | null {
  return findPeriod(mirror, { ...asked, otherwise: 'first run' });
}

/** The runs of the flags; null for the usual ones. Fails with USAGE. */
function readRuns(flags: Flags, io: Io): AskedPeriod | null {
  const { since, until } = readPeriod(flags, io);
  if (typeof flags.run === 'number') {
    if (since !== undefined || until !== undefined)
      throw new MirrorError('USAGE', '--run does not go with --since or --until.', {
        hint: 'Give one run, or a period.',
      });
    const run = { kind: 'run', runId: flags.run } as const;
    return { since: run, until: run };
  }
  return since === undefined && until === undefined ? null : { since, until };
}

const FORM_OF_ENDING: Readonly<Partial<Record<string, ReportForm>>> = {
  '.html': 'html',
  '.htm': 'html',
  '.md': 'markdown',
};

/** Fails with USAGE if flags contradict each other. */
function readForm(flags: Flags): ReportForm {
  if (flags.force === true && flags.output === undefined)
    throw new MirrorError('USAGE', '--force goes with --output FILE.', {
      hint: 'Leave it out, or name a file.',
    });
  const ending = typeof flags.output === 'string' ? extname(flags.output).toLowerCase() : '';
  const named = FORM_OF_ENDING[ending];
  if (typeof flags.output === 'string' && named === undefined)
    throw new MirrorError(
      'OUTPUT_REFUSED',
      `--output does not write ${ending === '' ? 'files without an ending' : `${ending} files`}.`,
      {
        hint: 'Name a file in .html or .md. For a PDF, open the report in a browser and print it.',
      },
    );
  if (flags.markdown === true && named === 'html')
    throw new MirrorError('USAGE', `--markdown and --output ${String(flags.output)} contradict each other.`, {
      hint: 'Name a file in .md, or leave --markdown out.',
    });
  return flags.markdown === true ? 'markdown' : (named ?? 'html');
}
