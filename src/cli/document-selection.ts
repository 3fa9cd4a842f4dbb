import { type Command, InvalidArgumentError, Option } from 'commander';
import { type DocumentSelection, listDocumentTypes } from '../db/linked/downloads.ts';
import type { Mirror } from '../db/open-mirror.ts';
import { toNotMirrored } from '../db/read-case.ts';
import { MirrorError } from '../errors/mirror-error.ts';
import { listClosest, suggestNames } from '../lib/closest-names.ts';
import { asFlag, parseFilters, refuseNoCase, requireFilters, toCaseCondition } from '../search/filters.ts';
import { addCaseFilters, toFilterFlags } from './case-filters.ts';
import type { Flags } from './options.ts';
import { parseCaseId, withMirror } from './with-mirror.ts';

/* The documents that `fetch-texts` and `fetch-files` ask for. */

const DEFAULT_BUDGET = '500';

/** Adds the flags that select documents, and the budget. `uncounted` says which requests the budget does not count. */
export function addDocumentSelection(command: Command, uncounted = ''): Command {
  return addCaseFilters(command)
    .addOption(new Option('--type <type...>', 'only documents of these types').default([], 'all'))
    .option('--core', 'only core documents')
    .addOption(
      new Option('--case <id...>', 'only documents of these cases')
        .argParser((text: string, before: readonly number[]) => [...before, parseCaseId(text)])
        .default([], 'all'),
    )
    .addOption(
      new Option('--budget <requests>', `maximum requests, including retries; "all" for no limit${uncounted}`)
        .argParser(parseBudget)
        .default(Number(DEFAULT_BUDGET), DEFAULT_BUDGET),
    )
    .option('--ignore-retry-after', 'send requests even though the server asked for a pause');
}

function parseBudget(text: string): number {
  if (text === 'all') return Infinity;
  const budget = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(budget) || budget < 1)
    throw new InvalidArgumentError('It takes a whole number from 1, or "all".');
  return budget;
}

/** Whether the selection leaves out any document. */
export const isNarrow = ({ types, caseIds, caseCondition, isCore }: DocumentSelection): boolean =>
  types.length > 0 || caseIds.length > 0 || caseCondition !== null || isCore;

/**
 * The selection of the flags. Fails with USAGE if there is no such type or no case that passes the filters, or
 * CASE_NOT_MIRRORED if there is no such case.
 */
export function readSelection(flags: Flags, database: string): DocumentSelection {
  const wanted = flags.type as readonly string[];
  const types = wanted.length === 0 ? [] : withMirror(database, listDocumentTypes);
  const caseIds = flags.case as readonly number[];
  if (caseIds.length > 0)
    withMirror(database, (mirror) => {
      assertMirrored(mirror, caseIds);
    });
  return {
    types: wanted.map((name) => findType(name, types)),
    caseIds,
    caseCondition: readCaseCondition(flags, database),
    isCore: flags.core === true,
  };
}

function readCaseCondition(flags: Flags, database: string): string | null {
  const filters = parseFilters(toFilterFlags(flags), asFlag);
  if (filters.filed === null && Object.keys(filters.values).length === 0) return null;
  return withMirror(database, (mirror) => {
    const resolved = requireFilters(mirror.sqlite, filters, mirror.path);
    refuseNoCase(mirror.sqlite, resolved, mirror.path);
    return toCaseCondition(resolved);
  });
}

/** Without it, a wrong id would end as complete, with nothing to request. */
function assertMirrored(mirror: Mirror, caseIds: readonly number[]): void {
  const find = mirror.sqlite.prepare<[number], number>('SELECT 1 FROM cases WHERE id = ?').pluck();
  for (const caseId of caseIds) if (find.get(caseId) === undefined) throw toNotMirrored(mirror, caseId);
}

function findType(name: string, types: readonly string[]): string {
  const found = types.find((type) => type.toLowerCase() === name.trim().toLowerCase());
  if (found !== undefined) return found;
  const quoted = (names: readonly string[]): string[] => names.map((one) => JSON.stringify(one));
  const hint =
    types.length === 0
      ? 'The mirror has no document with a type yet: run `clearinghouse-mirror sync`, which reads the lists of documents.'
      : [
          suggestNames(quoted(listClosest(name, types, 1))),
          `The types in this mirror are ${quoted(types).join(', ')}.`,
        ]
          .filter((part) => part !== null)
          .join(' ');
  throw new MirrorError('USAGE', `No document has the type ${JSON.stringify(name.slice(0, 100))}.`, { hint });
}
