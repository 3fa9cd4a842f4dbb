import { listClosest, suggestNames } from '../lib/closest-names.ts';
import { MirrorError } from '../errors/mirror-error.ts';
import type { Mirror } from './open-mirror.ts';
import { type QueryResult, query } from './query.ts';

/** A question about contradictions in the cases. Its result is a view with one row a case, beginning with `case_id`. */
export interface Audit {
  /** The view's name without its prefix. */
  readonly name: string;
  readonly view: string;
  /** Which cases it lists, in one sentence. */
  readonly shows: string;
  /** How to read the result. */
  readonly note: string;
}

const PREFIX = 'audit_';

/** The text of each audit, in the order in which the migrations make the views. */
const AUDITS = [
  {
    name: 'ongoing_yet_closed',
    shows: 'Cases said to be ongoing that have a terminating date or a closing year.',
    note: 'The newest docket entry (`last_entry_date`) often tells which of the two is right.',
  },
  {
    name: 'closed_without_date',
    shows: 'Cases said to be over that have neither a terminating date nor a closing year.',
    note: 'Any measure of the length of cases leaves them out; the other dates are all that is known of their end.',
  },
  {
    name: 'long_unchecked',
    shows: 'Cases said to be ongoing that were not checked in the three years before the newest run.',
    note: 'A case that was never checked is here if it was filed before that. Only "Yes" claims something about today: a case that is over needs no recent check, and the other labels say that it is not known.',
  },
  {
    name: 'dates_at_odds',
    shows: 'Cases whose years and dates contradict each other, or lie after the newest run.',
    note: 'The years of filing and closing are compared only where one of the dates is unknown. An order may begin and end in future years.',
  },
  {
    name: 'without_name',
    shows: 'Cases without a name.',
    note: 'Cases whose content was removed on request are not here.',
  },
  {
    name: 'docket_out_of_time',
    shows:
      'Cases with docket entries over a year before the filing or after the closing, or after the newest run.',
    note: 'Where only the year of the filing or the closing is known, a whole calendar year lies between.',
  },
  {
    name: 'docket_after_check',
    shows: 'Cases with docket entries from over a year after they were last checked.',
    note: 'Their coded fields (the outcome, the relief, whether they are ongoing) may be older than the latest events in court.',
  },
  {
    name: 'same_docket',
    shows:
      'Cases that share their docket with another: the same court and number, or the same docket of RECAP.',
    note: 'A count of dockets or of their entries counts these twice.',
  },
  {
    name: 'other_court',
    shows: 'Cases whose court is not the court of their main docket.',
    note: 'A docket of a state court often names the federal court of appeals above it.',
  },
  {
    name: 'outcome_at_odds',
    shows: 'Cases whose relief does not go with who prevailed, or with being over.',
    note: "Preliminary injunctions and attorneys' fees do not count as relief for the winner: the losing side may have had them.",
  },
  {
    name: 'impossible_date',
    shows: 'Cases with a date that no calendar has, or before 1789, or over a year after the newest run.',
    note: 'The date is null in the clean_ views. An order may begin and end until 2200.',
  },
  {
    name: 'documents_at_odds',
    shows: 'Cases whose list of documents does not go with what `available_documents` names.',
    note: 'Only lists that were read. A case in process may name none yet, and a complaint may stand under another type.',
  },
  {
    name: 'document_twice',
    shows: 'Cases with two documents that look like one: the same file, or the same title, type and date.',
    note: 'Two filings of one day often share a title. The file tells whether they are one.',
  },
  {
    name: 'document_incomplete',
    shows: 'Cases with documents that have no file and no address, no type, or no date.',
    note: 'A date that the site says to be unknown is not missing.',
  },
  {
    name: 'document_dates',
    shows: 'Cases with documents dated over a year before the filing, after the newest run, or impossibly.',
    note: 'A document from before the filing can be genuine, such as a statute or the order of an earlier case.',
  },
  {
    name: 'document_off_docket',
    shows: 'Cases with documents that name another docket, or a number that no entry of it has.',
    note: 'By the address of the document on CourtListener, for cases that name a docket there. An entry can be missing because it was not bought yet.',
  },
  {
    name: 'unknown_status',
    shows: 'Cases with documents that are left out only because their status is missing or unknown.',
    note: 'A new status of the API appears here first. What is known not to be public is not here.',
  },
  {
    name: 'text_at_odds',
    shows: 'Cases with documents whose text the API does not have, although `has_text` says so.',
    note: 'Only texts that were fetched.',
  },
  {
    name: 'docket_copies',
    shows: 'Cases whose main docket is another in the list of dockets than in the case.',
    note: 'The two copies are read at different times, so the newer entries can be in either of them. The copy in the case is the stored one.',
  },
  {
    name: 'list_not_read',
    shows: 'Cases of which a linked list was never read, fails repeatedly, or is doubted.',
    note: 'Empty until the first list of a kind was read. What is known of such a case ends with its last good read.',
  },
] as const satisfies readonly Omit<Audit, 'view'>[];

/** The audits, in the order in which the migrations make their views. */
export function listAudits(): Audit[] {
  return AUDITS.map((audit) => ({ ...audit, view: `${PREFIX}${audit.name}` }));
}

/** Finds an audit by its name, with or without the prefix. Fails with USAGE. */
export function findAudit(name: string): Audit {
  const audits = listAudits();
  const found = audits.find((audit) =>
    [audit.name, audit.view].includes(name.trim().replaceAll('-', '_').toLowerCase()),
  );
  if (found !== undefined) return found;
  const names = audits.map((audit) => audit.name);
  const suggested = suggestNames(listClosest(name.replace(PREFIX, ''), names, 1));
  throw new MirrorError('USAGE', `There is no audit ${JSON.stringify(name)}.`, {
    hint: `${suggested === null ? '' : `${suggested} `}The audits are ${names.join(', ')}.`,
  });
}

export interface AuditCount extends Audit {
  /** How many cases it lists. */
  readonly count: number;
}

/** Counts the cases of every audit, at one moment even while a sync writes. SQLite counts; no row is read here. */
export function countAudits({ sqlite }: Mirror): AuditCount[] {
  const countAll = sqlite.transaction(() =>
    listAudits().map((audit) => ({
      ...audit,
      count: sqlite.prepare<[], number>(`SELECT count(*) FROM ${audit.view}`).pluck().get() ?? 0,
    })),
  );
  return countAll();
}

/** The cases of an audit in order of id, read while iterating. */
export function findAuditRows(mirror: Mirror, { view }: Audit, maxRows?: number): QueryResult {
  const limit = maxRows === undefined ? '' : ` LIMIT ${maxRows}`;
  return query(mirror, `SELECT * FROM ${view} ORDER BY case_id${limit}`);
}
