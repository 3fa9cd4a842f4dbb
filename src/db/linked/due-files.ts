import { count, eq, sql } from 'drizzle-orm';
import { parseFileUrl } from '../../api/document-file.ts';
import type { Mirror } from '../open-mirror.ts';
import { toPauseLeft } from '../run-log.ts';
import {
  FILE_OUTCOMES,
  type FileOutcome,
  documentFiles,
  documents,
  mirrorPausedHosts,
} from '../schema/schema.ts';
import {
  type DocumentSelection,
  type DueDocument,
  type Scope,
  type Selectors,
  toFigure,
} from './downloads.ts';
import {
  type FileCounts,
  type FileTerms,
  type RefusedHost,
  findRefusal,
  sortHosts,
  toScope,
} from './files.ts';

/** The host of the file of a document, with its port; empty if the document names none. */
export const toFileHost = ({ file }: Pick<DueDocument, 'file'>): string =>
  parseFileUrl(file ?? '')?.host ?? '';

/** Documents by what a command can select them by. */
export interface Selectable {
  readonly documents: number;
  readonly core: number;
  /** By type; an empty text for none. */
  readonly types: ReadonlyMap<string, number>;
  /** A case that has one of them; null if there is none. */
  readonly caseId: number | null;
}

/** Finds a case that has a document. */
export const prepareFindCase = ({
  sqlite,
}: Pick<Mirror, 'sqlite'>): ((documentId: number) => number | undefined) => {
  const find = sqlite
    .prepare<[number], number>(
      'SELECT case_id FROM case_documents WHERE document_id = ? AND mirror_to_run_id IS NULL ORDER BY 1 LIMIT 1',
    )
    .pluck();
  return (documentId) => find.get(documentId);
};

const addTo = (counts: Map<string, number>, name: string, more: number): void => {
  counts.set(name, (counts.get(name) ?? 0) + more);
};

/** Counts documents. */
class SelectableTally {
  readonly #types = new Map<string, number>();
  readonly #findCase: (documentId: number) => number | undefined;
  #documents = 0;
  #core = 0;
  #caseId: number | null = null;

  constructor(mirror: Mirror) {
    this.#findCase = prepareFindCase(mirror);
  }

  add({ documentId, isCore, type }: Selectors, more: number): void {
    this.#documents += more;
    this.#caseId ??= this.#findCase(documentId) ?? null;
    if (isCore === true) this.#core += more;
    addTo(this.#types, type ?? '', more);
  }

  get result(): Selectable {
    return { documents: this.#documents, core: this.#core, types: this.#types, caseId: this.#caseId };
  }
}

/** The documents whose stored file is missing from the folder. */
export function summarizeMissing(mirror: Mirror, hashes: readonly string[]): Selectable {
  const tally = new SelectableTally(mirror);
  const list = mirror.sqlite.prepare<
    [string],
    { readonly documentId: number; readonly isCore: number | null; readonly type: string | null }
  >(
    `SELECT documents.id AS documentId, is_core_document AS isCore, document_type AS type
     FROM document_files JOIN documents ON documents.id = document_id WHERE hash = ?`,
  );
  for (const hash of hashes)
    for (const document of list.all(hash)) tally.add({ ...document, isCore: document.isCore === 1 }, 1);
  return tally.result;
}

/** Documents with the same state and selectors and, if their file is due, the same host. */
interface FileGroup extends Selectors, Pick<DueDocument, 'file'> {
  /** Null if the file was never requested. */
  readonly outcome: FileOutcome | null;
  readonly refusedHost: string | null;
  readonly isDue: number;
  readonly documents: number;
}

/**
 * The address of a file as far as its first slash, if nothing in the rest can change whether it may be requested; else all of it. An
 * escape, or a character that parsers remove, could hide the name of a folder that is not public. To search for each of these takes a
 * fourth of the time of a GLOB that lists the characters that cannot.
 */
const ORIGIN = sql<string | null>`CASE
  WHEN ${documents.file} GLOB 'http*://*' AND instr(substr(${documents.file}, 9), '/') > 0 AND instr(lower(${documents.file}), 'nonpublic') = 0
    AND instr(${documents.file}, '%') = 0 AND instr(${documents.file}, char(92)) = 0
    AND instr(${documents.file}, char(9)) = 0 AND instr(${documents.file}, char(10)) = 0 AND instr(${documents.file}, char(13)) = 0
  THEN substr(${documents.file}, 1, 8 + instr(substr(${documents.file}, 9), '/'))
  ELSE ${documents.file} END`;

/**
 * Groups the selected documents, in the order of the first id, which stands for its group. All figures come from one pass over the documents, and
 * one text as the key halves the time to sort them. No part before the type has a bar.
 */
function listGroups({ db }: Mirror, { where, rank }: Scope): FileGroup[] {
  const isDue = sql<number>`${rank} IS NOT NULL`;
  const key = sql`(${isDue}) || '|' || coalesce(${documents.is_core_document}, '') || '|' || coalesce(${documentFiles.outcome}, '') || '|'
    || coalesce(${documentFiles.refused_host}, '') || '|' || coalesce(length(${documents.document_type}), '') || '|' || coalesce(${documents.document_type}, '')
    || CASE WHEN ${isDue} THEN ${ORIGIN} ELSE '' END`;
  const groups = db
    .select({ first: sql<number>`min(${documents.id})`.as('first'), found: count().as('found') })
    .from(documents)
    .leftJoin(documentFiles, eq(documentFiles.document_id, documents.id))
    .where(where)
    .groupBy(key)
    .as('file_groups');
  return db
    .select({
      documentId: documents.id,
      file: documents.file,
      isCore: documents.is_core_document,
      type: documents.document_type,
      outcome: documentFiles.outcome,
      refusedHost: documentFiles.refused_host,
      isDue,
      documents: groups.found,
    })
    .from(groups)
    .innerJoin(documents, eq(documents.id, groups.first))
    .leftJoin(documentFiles, eq(documentFiles.document_id, documents.id))
    .orderBy(documents.id)
    .all();
}

/** All files, and those that are due by what a pass would do with them now. */
export interface SortedFiles {
  readonly counts: FileCounts;
  /** Those that may be requested. */
  readonly free: Selectable;
  /** Files on hosts that are not known, also those that were refused before. */
  readonly refusedHosts: readonly RefusedHost[];
  /** Files of paused hosts. */
  readonly held: ReadonlyMap<string, number>;
}

/** Counts the files, and sorts the due ones by their hosts. `isHeld` says which hosts requested a pause. */
export function sortFiles(
  mirror: Mirror,
  selection: DocumentSelection,
  terms: FileTerms,
  isHeld: (host: string) => boolean,
): SortedFiles {
  const hosts = new Map<string, number>();
  const held = new Map<string, number>();
  const free = new SelectableTally(mirror);
  const counts = { ...NO_FILES };
  for (const group of listGroups(mirror, toScope(mirror, selection, terms))) {
    const { outcome, refusedHost, isDue, documents: more } = group;
    counts.documents += more;
    counts[outcome === null ? 'never_requested' : toFigure(outcome)] += more;
    if (isDue === 0) {
      if (refusedHost !== null) addTo(hosts, refusedHost, more);
      continue;
    }
    counts.due += more;
    const refusal = findRefusal(group, terms.knownHosts);
    const host = toFileHost(group);
    if (refusal !== null) {
      if (refusal.host !== null) addTo(hosts, refusal.host, more);
    } else if (isHeld(host)) addTo(held, host, more);
    else free.add(group, more);
  }
  return { counts, free: free.result, refusedHosts: sortHosts(hosts), held };
}

const NO_FILES = Object.fromEntries(
  ['documents', 'due', 'never_requested', ...FILE_OUTCOMES.map(toFigure)].map((name) => [name, 0]),
) as FileCounts;

/** A host of files that requested a pause, which is not over. */
export interface PausedHost {
  readonly host: string;
  readonly pausedUntil: Date;
}

/** A paused host, and how many of the due files it holds. */
export interface HeldHost extends PausedHost {
  readonly documents: number;
}

/** Records the pause of a host, as part of the caller's transaction. */
export function writePausedHost({ db }: Mirror, { host, pausedUntil }: PausedHost, at: Date): void {
  const row = { host, asked_at: at.toISOString(), paused_until: pausedUntil.toISOString() };
  db.insert(mirrorPausedHosts)
    .values(row)
    .onConflictDoUpdate({ target: mirrorPausedHosts.host, set: row })
    .run();
}

/** Lists the hosts whose pause is not over, by name. */
export function listPausedHosts({ db }: Mirror, now: Date): PausedHost[] {
  return db
    .select()
    .from(mirrorPausedHosts)
    .orderBy(mirrorPausedHosts.host)
    .all()
    .flatMap(({ host, asked_at, paused_until }) => {
      const left = toPauseLeft({ started_at: asked_at, ended_at: asked_at, paused_until }, now);
      return left > 0 ? [{ host, pausedUntil: new Date(now.getTime() + left) }] : [];
    });
}
