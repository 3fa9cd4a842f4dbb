import { abbreviateCourt, toCourtName } from '../case/courts.ts';
import { toDocketNumberText } from '../case/case-rows.ts';
import { toCaseLink } from '../case/reference.ts';
import { pickScalars } from '../case/docket-rows.ts';
import { DOCKET_FIELDS } from '../api/payload.ts';
import type { Mirror } from '../db/open-mirror.ts';
import { type StoredCase, findCaseWithoutEntries, findPresence } from '../db/read-case.ts';
import { MirrorError } from '../errors/mirror-error.ts';
import { findCaseAsOf } from '../history/case-as-of.ts';
import { describeRun } from '../history/period.ts';
import { type JsonObject, type JsonValue, isJsonObject } from '../lib/json.ts';
import { clipText } from '../lib/layout.ts';
import { type ExportedRun, findOtherSource } from './run.ts';
import { toDate } from './columns.ts';

/* What a citation says, of a case and of the data set. Every format, the case page and an export say the same. */

export const AUTHOR = 'Civil Rights Litigation Clearinghouse';
const INSTITUTION = 'University of Michigan Law School';
export const SITE = 'https://clearinghouse.net';

/** A day, or a year if the day is not known. */
export interface CitedDate {
  readonly year: number;
  readonly month: number | null;
  readonly day: number | null;
}

interface Cited {
  /** A name for the citation that is the same in every mirror. */
  readonly key: string;
  readonly url: string;
  /** The run whose state is cited, and its day in UTC, as YYYY-MM-DD. */
  readonly runId: number;
  readonly dataDay: string;
  /** What a reader has to know before using the citation; null if nothing. */
  readonly note: string | null;
}

export interface CitedCase extends Cited {
  readonly kind: 'case';
  /** Null if the case has no name. */
  readonly name: string | null;
  /** The number of the case on the site. */
  readonly id: number;
  /** As the API sent it. */
  readonly docketNumber: string | null;
  readonly court: string | null;
  readonly courtAbbreviation: string | null;
  readonly filed: CitedDate | null;
  /** The court of the case if it is another than the court of the docket, which is cited; null if it is the same. */
  readonly otherCourt: string | null;
}

export interface CitedDataSet extends Cited {
  readonly kind: 'data set';
  readonly title: string;
  readonly author: string;
  readonly institution: string;
  /** The name of the state: `run-7-2026-03-01`. */
  readonly version: string;
}

export type Citation = CitedCase | CitedDataSet;

/** A name for the state of a run, by which one state can be told from another. */
const toDataVersion = ({ id, endedAt }: Pick<ExportedRun, 'id' | 'endedAt'>): string =>
  `run-${id}-${endedAt.slice(0, 10)}`;

/** Who made the data. What came from another address than the Clearinghouse's is not its own. */
function toSource({
  otherSource,
}: ExportedRun): Pick<CitedDataSet, 'title' | 'author' | 'institution' | 'url'> {
  if (otherSource === null) return { title: AUTHOR, author: AUTHOR, institution: INSTITUTION, url: SITE };
  const author = `API at ${new URL(otherSource).host}`;
  return { title: `Data of the ${author}`, author, institution: `not the ${AUTHOR}`, url: otherSource };
}

export function toDataCitation(run: ExportedRun): CitedDataSet {
  return {
    kind: 'data set',
    key: `clearinghouse-${toDataVersion(run)}`,
    ...toSource(run),
    version: toDataVersion(run),
    runId: run.id,
    dataDay: run.endedAt.slice(0, 10),
    note: run.lacking === null ? null : `incomplete: ${run.lacking}`,
  };
}

/** Longer names and numbers are mistakes. */
const MAX_NAME = 500;
const MAX_CITED = 200;

/** The text on one line, without characters that nobody sees. */
function toLine(value: JsonValue | undefined, most: number): string {
  if (typeof value !== 'string') return '';
  const visible = value
    .toWellFormed()
    .replace(/[\p{Cc}\u2028\u2029]+/gu, ' ')
    .replace(/\p{Cf}/gu, '');
  return clipText(visible.replace(/\s+/gu, ' ').trim(), most);
}

/**
 * Finds what is to be cited of a case: at present, or after a run. Fails with CASE_REDACTED, CASE_NOT_MIRRORED,
 * CASE_REJECTED, HISTORY_MISSING or HISTORY_DAMAGED.
 */
export function findCitedCase(mirror: Mirror, id: number, runId: number | null): CitedCase {
  const presence = findPresence(mirror, id);
  const redacted = presence.redacted_run_id;
  if (redacted !== null)
    throw new MirrorError(
      'CASE_REDACTED',
      `Case ${id} cannot be cited: its content was removed in ${describeRun(mirror, redacted)}.`,
    );
  if (runId === null)
    return citeStored(mirror, findCaseWithoutEntries(mirror, id), presence.departed_run_id, null);
  const then = findCaseAsOf(mirror, id, runId);
  return citeStored(mirror, then, then.departedRunId, runId);
}

/** What is to be cited of a case that was read: at present, or after a run. It must not be redacted. */
export function citeStored(
  mirror: Mirror,
  stored: StoredCase,
  departedRunId: number | null,
  runId: number | null,
): CitedCase {
  const run = findDataRun(mirror, stored, departedRunId, runId);
  return {
    ...toCitedCase(stored, run),
    note: toNote(findOtherSource(mirror, run.id), departedRunId !== null),
  };
}

/** What a citation says itself, because a note beside it is not copied with it. */
function toNote(otherSource: string | null, isDeparted: boolean): string | null {
  const notes = [
    ...(otherSource === null
      ? []
      : [`from the API at ${new URL(otherSource).host}, not from the Clearinghouse`]),
    ...(isDeparted ? ['no longer on the site'] : []),
  ];
  return notes.length === 0 ? null : notes.join('; ');
}

/** The run whose state is cited. */
interface DataRun {
  readonly id: number;
  readonly day: string;
}

/** The newest run that found the case as it is cited: it read the whole list of the case, or stored the case. */
function findDataRun(
  { sqlite }: Mirror,
  { id, changedRunId }: StoredCase,
  departedRunId: number | null,
  runId: number | null,
): DataRun {
  const found = sqlite
    .prepare<[number, number | null, number | null, number], DataRun>(
      `SELECT run.id, substr(coalesce(run.ended_at, run.started_at), 1, 10) AS day
       FROM sync_runs AS run
       WHERE run.id = max(?, coalesce((
         SELECT max(list.run_id) FROM list_syncs AS list JOIN cases ON cases.mirror_list_id = list.list_id
         WHERE list.outcome = 'complete' AND list.run_id < coalesce(?, list.run_id + 1)
           AND list.run_id <= coalesce(?, list.run_id) AND cases.id = ?), 0))`,
    )
    .get(changedRunId, departedRunId, runId, id);
  if (found === undefined)
    throw new MirrorError('DATABASE_DAMAGED', `The run ${changedRunId} that stored case ${id} is missing.`);
  return found;
}

function toCitedCase({ id, payload }: StoredCase, run: DataRun): Omit<CitedCase, 'note'> {
  const docket = isJsonObject(payload.main_docket) ? payload.main_docket : {};
  const docketNumber = toDocketNumber(docket);
  // A docket number belongs to the court of the docket, which need not be the court of the case.
  const caseCourt = toCourtName(toLine(payload.court, MAX_CITED));
  const court = (docketNumber === null ? null : toCourtName(toLine(docket.court, MAX_CITED))) ?? caseCourt;
  return {
    kind: 'case',
    key: `clearinghouse-${id}`,
    id,
    name: toLine(payload.name, MAX_NAME) || null,
    docketNumber,
    court,
    courtAbbreviation: court === null ? null : abbreviateCourt(court),
    otherCourt: caseCourt === court ? null : caseCourt,
    filed: payload.never_filed === true ? null : toFiled(payload, run.day),
    url: toCaseLink(id),
    runId: run.id,
    dataDay: run.day,
  };
}

/** The number as a person wrote it, or else from its parts. A text without a digit is no number. */
function toDocketNumber(docket: JsonObject): string | null {
  const written = toLine(docket.docket_number_manual, MAX_CITED);
  return /\d/.test(written) ? written : toDocketNumberText(pickScalars(docket, DOCKET_FIELDS));
}

/** A date before all courts, which the clean views leave out, or after the day of the data is a mistake. */
const FIRST_YEAR = 1789;

function toFiled({ filing_date, filing_year }: JsonObject, dataDay: string): CitedDate | null {
  const day = typeof filing_date === 'string' ? toDate(filing_date) : null;
  if (day !== null && day >= String(FIRST_YEAR) && day <= dataDay) {
    const [year = 0, month = 0, date = 0] = day.split('-').map(Number);
    return { year, month, day: date };
  }
  const isYear = typeof filing_year === 'number' && Number.isInteger(filing_year);
  return isYear && filing_year >= FIRST_YEAR && filing_year <= Number(dataDay.slice(0, 4))
    ? { year: filing_year, month: null, day: null }
    : null;
}
