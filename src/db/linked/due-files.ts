import { parseFileUrl } from '../../api/document-file.ts';
import type { Mirror } from '../open-mirror.ts';
import { toPauseLeft } from '../run-log.ts';
import { mirrorPausedHosts } from '../schema/schema.ts';
import { type DocumentSelection, type DueDocument, type Selectors, listDueGroups } from './downloads.ts';
import {
  type FileTerms,
  type RefusedHost,
  findRefusal,
  listRefusedHosts,
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

/** The files that are due, by what a pass would do with them now. */
export interface DueFiles {
  /** Those that may be requested. */
  readonly free: Selectable;
  /** Files on hosts that are not known, also those that were refused before. */
  readonly refusedHosts: readonly RefusedHost[];
  /** Files of paused hosts. */
  readonly held: ReadonlyMap<string, number>;
}

/** Sorts the due files by their hosts. `isHeld` says which hosts requested a pause. */
export function sortDueFiles(
  mirror: Mirror,
  selection: DocumentSelection,
  terms: FileTerms,
  isHeld: (host: string) => boolean,
): DueFiles {
  const hosts = new Map(listRefusedHosts(mirror, selection, terms).map((one) => [one.host, one.documents]));
  const held = new Map<string, number>();
  const free = new SelectableTally(mirror);
  for (const group of listDueGroups(mirror, toScope(mirror, selection, terms))) {
    const refusal = findRefusal(group, terms.knownHosts);
    const host = toFileHost(group);
    if (refusal !== null) {
      if (refusal.host !== null) addTo(hosts, refusal.host, group.documents);
    } else if (isHeld(host)) addTo(held, host, group.documents);
    else free.add(group, group.documents);
  }
  return { free: free.result, refusedHosts: sortHosts(hosts), held };
}

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
