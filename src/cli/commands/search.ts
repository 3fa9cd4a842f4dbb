import { type Command, Option } from 'commander';
import { buildTemporaryIndexes } from '../../db/search-index.ts';
import type { ExitName } from '../../errors/exit-codes.ts';
import { findPeriod, findRunAsOf } from '../../history/period.ts';
import { readTablesAsOf } from '../../history/query-as-of/query.ts';
import { explainNothing } from '../../search/nothing.ts';
import { type FoundCase, listResults } from '../../search/results.ts';
import { type Params, asFlag, toUsage } from '../../search/filters.ts';
import { KINDS, type SearchRequest, parseSearchRequest } from '../../search/request.ts';
import { runSearch } from '../../search/search.ts';
import { FILTER_GROUP, addCaseFilters, toFilterFlags } from '../case-filters.ts';
import { type Io, reportStyle, say } from '../io.ts';
import {
  type Flags,
  MOMENT_HELP,
  addRowFormat,
  addSettings,
  addSince,
  parseLimit,
  readAsOf,
  readPeriod,
  readRowFormat,
  readSettings,
} from '../options.ts';
import { toAim } from '../suggested-commands.ts';
import { printListing } from '../output.ts';
import { AS_OF, renderRunAsOf } from '../text/period.ts';
import { RESULT_COLUMNS, renderNothing, renderSearch, toResultJson } from '../text/search.ts';
import { MARKDOWN, toPlainStyle, type WritingStyle } from '../text/style.ts';
import { withMirrorMoment } from '../with-mirror.ts';

export const MAX_CASES = 20;
/** Docket entries, and documents, of each case. */
export const MAX_ROWS = 3;

export function defineOptions(command: Command): Command {
  const filter = (flags: string, description: string): Option =>
    new Option(flags, description).helpGroup(FILTER_GROUP);
  return addSettings(
    addRowFormat(
      addSince(
        addCaseFilters(command)
          .addOption(filter('--entered <range>', 'only docket entries filed then'))
          .addOption(filter('--departed', 'only cases that have left the site, instead of those on it'))
          .option('--in <kinds>', `look only in these, of ${KINDS.join(', ')}; separated by commas`)
          .option(
            '--newest',
            'the newest first: by the filing date of the case, or of its newest entry found',
          )
          .option('--raw', 'the words are a query of FTS5, with AND, OR, NOT, NEAR and columns')
          .option(
            '--limit <n>',
            `maximum number of cases to print; 0 for all (default: ${MAX_CASES})`,
            parseLimit,
          )
          .option(
            '--entries <n>',
            `maximum number of docket entries, and of documents, to print for each case; 0 for all (default: ${MAX_ROWS})`,
            parseLimit,
          )
          .option(...AS_OF),
      ),
      'text',
    ),
    ['database'],
  ).addHelpText(
    'after',
    `
A result has all the words. Endings, capitals and accents of a word do not matter ("injunctions" finds "injunction");
in a "phrase" endings matter, and a phrase can be one word. Signs such as § are not searched: "42 U.S.C. § 1983" finds
those words in that order. A docket number is found in any of its forms. The shell removes quotation marks, so put a
search with a phrase in single ones.

The cases whose name, defendants, plaintiffs, court, docket number or summaries match come first, then the cases of which
only documents match, then those with docket entries, then those with texts of documents. Texts are those that
fetch-texts has fetched. Only documents for the public are searched. Issues, case types,
states and the like are filters, and no search reads them. --filed is about the case, --entered about the
docket entry. --since finds what was new or changed: what these runs brought, and texts that were fetched since. Without
--limit, the formats for programs contain every case. --as-of leaves out texts, which have no earlier states.
${MOMENT_HELP}

Examples:
  $ clearinghouse-mirror search injunction solitary confinement
  $ clearinghouse-mirror search '"preliminary injunction" -prison' --state Michigan --filed 2015..2020
  $ clearinghouse-mirror search 4:19-cv-00123
  $ clearinghouse-mirror search 'monitor*' --in entries --entered 2024.. --newest
  $ clearinghouse-mirror search consent decree --format csv --output decrees.csv`,
  );
}

export async function runCommand(words: readonly string[], flags: Flags, io: Io): Promise<ExitName> {
  const output = readRowFormat(flags, 'text');
  const asOf = typeof flags.asOf === 'string' ? readAsOf(flags.asOf, io) : null;
  const request = withoutTexts(parseSearchRequest(toParams(words, flags), asFlag), asOf !== null, flags.in);
  const { since } = readPeriod(flags, io);
  const { database } = readSettings(flags, io);
  await withMirrorMoment(database, async (mirror) => {
    const sinceRunId =
      since === undefined
        ? null
        : (findPeriod(mirror, { since, otherwise: 'first run' })?.first.id ?? Number.MAX_SAFE_INTEGER);
    if (asOf !== null) {
      const run = findRunAsOf(mirror, asOf);
      say(io.stderr, `${renderRunAsOf(run, io.timeZone)}\n`);
      readTablesAsOf(mirror, run.runId);
      buildTemporaryIndexes(mirror.sqlite, request.kinds);
    }
    const limit = flags.limit as number | undefined;
    const isText = output.format === 'text' || output.format === 'markdown';
    const most = limit ?? (isText ? MAX_CASES : Infinity);
    const scope = { sinceRunId, isPast: asOf !== null, firstCases: most === Infinity ? null : most };
    const search = runSearch(mirror, request, scope);
    const rowsPerCase = (flags.entries as number | undefined) ?? MAX_ROWS;
    const list = (): Iterable<FoundCase> =>
      takeFirst(listResults(mirror, search, { newest: request.newest, rowsPerCase }), most);
    const toText = (style: WritingStyle, color: boolean): Iterable<string> =>
      search.totals.cases.count === 0
        ? renderNothing(explainNothing(mirror, request, scope), style)
        : renderSearch({ request, totals: search.totals, results: list(), color }, style);
    await printListing(io, output, database, {
      columns: RESULT_COLUMNS,
      objects: function* () {
        for (const result of list()) yield toResultJson(result);
      },
      text: (width) =>
        toText(toPlainStyle(width, toAim(io, flags)), output.file === null && reportStyle(io).color),
      markdown: () => toText(MARKDOWN, false),
      none: 'Nothing was found.\n',
    });
  });
  return 'complete';
}

/** The request without texts if it asks for an earlier state, which texts do not have. Fails with USAGE. */
function withoutTexts(request: SearchRequest, isPast: boolean, given: unknown): SearchRequest {
  if (!isPast || !request.kinds.includes('texts')) return request;
  if (given !== undefined)
    throw toUsage(
      'A text has no earlier states.',
      'Leave out --as-of, or search in cases, entries and documents.',
    );
  return { ...request, kinds: request.kinds.filter((kind) => kind !== 'texts') };
}

/** The parameters of a search, which have the same names in an address. */
function toParams(words: readonly string[], flags: Flags): Params {
  const one = (flag: unknown): string[] | undefined => (typeof flag === 'string' ? [flag] : undefined);
  const set = (flag: unknown): string[] | undefined => (flag === true ? ['1'] : undefined);
  return {
    q: [words.join(' ')],
    in: one(flags.in),
    entered: one(flags.entered),
    raw: set(flags.raw),
    departed: set(flags.departed),
    newest: set(flags.newest),
    ...toFilterFlags(flags),
  };
}

function* takeFirst<Item>(items: Iterable<Item>, max: number): Generator<Item> {
  let left = max;
  if (left <= 0) return;
  for (const item of items) {
    yield item;
    if (--left <= 0) return;
  }
}
