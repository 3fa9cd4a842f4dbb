import { type Command, Option } from 'commander';
import { MirrorError } from '../../errors/mirror-error.ts';
import type { ExitName } from '../../errors/exit-codes.ts';
import { parseCaseReference } from '../../case/reference.ts';
import type { Mirror } from '../../db/open-mirror.ts';
import { findCitedRun, findOtherSource } from '../../export/run.ts';
import { type Citation, findCitedCase, toDataCitation } from '../../export/citation.ts';
import { CITATION_FORMATS, type CitationFormat, renderCitations } from '../../export/render-citation.ts';
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
Several cases are cited at once by their ids, links or docket numbers.

A citation has the address on the site and the day of the data: of the newest run that found the case as it is cited.
Federal courts are abbreviated as the Bluebook does; every other court keeps the name that the API gives it. Zotero imports
ris and csl-json with all fields; docs/cite.md says what each format has.

Examples:
  $ clearinghouse-mirror cite 10002
  $ clearinghouse-mirror cite 10002 10003 --format bibtex > cases.bib
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
  const { cited, sources } = await withMirrorMoment(readSettings(flags, io).database, (mirror) => {
    const found: Citation[] = isDataSet
      ? [toDataCitation(findCitedRun(mirror, asOf))]
      : findCases(mirror, words, asOf, io);
    return Promise.resolve({
      cited: found,
      sources: new Set(found.flatMap(({ runId }) => findOtherSource(mirror, runId) ?? [])),
    });
  });
  for (const source of sources)
    say(io.stderr, `Note: The data come from ${source}, which is not the Clearinghouse's own API.\n`);
  for (const one of cited)
    if (one.kind === 'case' && one.otherCourt !== null)
      say(
        io.stderr,
        `Note: ${cited.length === 1 ? 'The court' : `The court of the citation of case ${one.id}`} is that of the main docket, ${one.court ?? ''}; the court of the case is ${one.otherCourt}.\n`,
      );
  await write(io.stdout, renderCitations(cited, flags.format as CitationFormat));
  return 'complete';
}

function findCases(mirror: Mirror, words: readonly string[], asOf: AsOf | null, io: Io): Citation[] {
  const runId = asOf === null ? null : findRunAsOf(mirror, asOf).runId;
  const ids = new Set(
    splitCases(words).map((text) => {
      try {
        return resolveCase(mirror, text, io);
      } catch (thrown) {
        throw addSeveral(words, thrown);
      }
    }),
  );
  return [...ids].map((id) => findCitedCase(mirror, id, runId));
}

/** Several cases, of which one is named by words, are taken for the words of one name. */
function addSeveral(words: readonly string[], thrown: unknown): unknown {
  const isMixed = words.some(isOwn) && !words.every(isOwn);
  if (!isMixed || !(thrown instanceof MirrorError) || thrown.code !== 'CASE_NOT_MIRRORED') return thrown;
  return new MirrorError(thrown.code, thrown.message, {
    cause: thrown,
    hint: 'To cite several cases, give their ids, links or docket numbers. Words can name only one case.',
  });
}

/** Whether a word names a case of its own. */
function isOwn(word: string): boolean {
  return ['id', 'docket number'].includes(parseCaseReference(word).kind);
}

/** Several cases if each word is an id, a link or a docket number; otherwise the words of one name or number. */
function splitCases(words: readonly string[]): readonly string[] {
  return words.every(isOwn) ? words : [words.join(' ')];
}
