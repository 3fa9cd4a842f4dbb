import { type Command, Option } from 'commander';
import { MirrorError } from '../../errors/mirror-error.ts';
import type { ExitName } from '../../errors/exit-codes.ts';
import type { Mirror } from '../../db/open-mirror.ts';
import { findCitedRun, findOtherSource } from '../../export/run.ts';
import { type Citation, findCitedCase, toDataCitation } from '../../export/citation.ts';
import { CITATION_FORMATS, type CitationFormat, renderCitation } from '../../export/render-citation.ts';
import { findRunAsOf } from '../../history/period.ts';
import type { AsOf } from '../../history/moments.ts';
import { say, write, type Io } from '../io.ts';
import { type Flags, MOMENT_HELP, addSettings, readAsOf, readSettings } from '../options.ts';
import { AS_OF } from '../text/period.ts';
import { resolveCase, withMirrorMoment } from '../with-mirror.ts';

export function defineOptions(command: Command): Command {
  return addSettings(
    command
      .option('--dataset', 'cite the data set as a whole')
      .addOption(
        new Option('--format <format>', 'format of the citation').choices(CITATION_FORMATS).default('plain'),
      )
      .option(...AS_OF),
    ['database'],
  ).addHelpText(
    'after',
    `
A citation has the address on the site and the day of the data: of the newest run that found the case as it is cited.
Federal courts are abbreviated as the Bluebook does; every other court keeps the name that the API gives it. Zotero imports
ris and csl-json with all fields; docs/cite.md says what each format has.

Examples:
  $ clearinghouse-mirror cite 10002
  $ clearinghouse-mirror cite 10002 --format ris > case.ris
  $ clearinghouse-mirror cite --dataset --format bibtex
  $ clearinghouse-mirror cite --dataset --as-of 2030-01-31

${MOMENT_HELP}`,
  );
}

export async function runCommand(words: readonly string[], flags: Flags, io: Io): Promise<ExitName> {
  const isDataSet = flags.dataset === true;
  if (isDataSet === words.length > 0)
    throw new MirrorError(
      'USAGE',
      isDataSet ? '`cite` takes a case or --dataset, and not both.' : '`cite` takes a case, or --dataset.',
      { hint: 'As in `clearinghouse-mirror cite 10002` or `clearinghouse-mirror cite --dataset`.' },
    );
  const asOf = typeof flags.asOf === 'string' ? readAsOf(flags.asOf, io) : null;
  const { cited, otherSource } = await withMirrorMoment(readSettings(flags, io).database, (mirror) => {
    const found: Citation = isDataSet
      ? toDataCitation(findCitedRun(mirror, asOf))
      : findCase(mirror, words.join(' '), asOf, io);
    return Promise.resolve({ cited: found, otherSource: findOtherSource(mirror, found.runId) });
  });
  if (otherSource !== null)
    say(io.stderr, `Note: The data come from ${otherSource}, which is not the Clearinghouse's own API.\n`);
  if (cited.kind === 'case' && cited.otherCourt !== null)
    say(
      io.stderr,
      `Note: The court is that of the main docket, ${cited.court ?? ''}; the court of the case is ${cited.otherCourt}.\n`,
    );
  await write(io.stdout, renderCitation(cited, flags.format as CitationFormat));
  return 'complete';
}

function findCase(mirror: Mirror, words: string, asOf: AsOf | null, io: Io): Citation {
  const id = resolveCase(mirror, words, io);
  return findCitedCase(mirror, id, asOf === null ? null : findRunAsOf(mirror, asOf).runId);
}
