import { parseFileUrl } from '../../api/document-file.ts';
import type { Mirror } from '../open-mirror.ts';
import { type DocumentSelection, type DueDocument, eachDueDocument } from './downloads.ts';
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

/** The files that are due, by what a pass would do with them now. */
export interface DueFiles {
  /** Those that may be requested: all, those of core documents, and by type (an empty text for none). */
  readonly free: number;
  readonly freeCore: number;
  readonly freeTypes: ReadonlyMap<string, number>;
  /** A case that has one of them; null if there is none. */
  readonly freeCase: number | null;
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
  const findCase = mirror.sqlite
    .prepare<[number], number>(
      'SELECT case_id FROM case_documents WHERE document_id = ? AND mirror_to_run_id IS NULL ORDER BY 1 LIMIT 1',
    )
    .pluck();
  const freeTypes = new Map<string, number>();
  let [free, freeCore] = [0, 0];
  let freeCase: number | null = null;
  const addTo = (counts: Map<string, number>, name: string): void => {
    counts.set(name, (counts.get(name) ?? 0) + 1);
  };
  for (const document of eachDueDocument(mirror, toScope(mirror, selection, terms))) {
    const refusal = findRefusal(document, terms.knownHosts);
    const host = toFileHost(document);
    if (refusal !== null) {
      if (refusal.host !== null) addTo(hosts, refusal.host);
    } else if (isHeld(host)) addTo(held, host);
    else {
      free++;
      freeCase ??= findCase.get(document.documentId) ?? null;
      if (document.isCore === true) freeCore++;
      addTo(freeTypes, document.type ?? '');
    }
  }
  return { free, freeCore, freeTypes, freeCase, refusedHosts: sortHosts(hosts), held };
}
