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
  /** Those that may be requested. */
  readonly free: number;
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
  let free = 0;
  const addTo = (counts: Map<string, number>, name: string): void => {
    counts.set(name, (counts.get(name) ?? 0) + 1);
  };
  for (const document of eachDueDocument(mirror, toScope(mirror, selection, terms))) {
    const refusal = findRefusal(document, terms.knownHosts);
    const host = toFileHost(document);
    if (refusal !== null) {
      if (refusal.host !== null) addTo(hosts, refusal.host);
    } else if (isHeld(host)) addTo(held, host);
    else free++;
  }
  return { free, refusedHosts: sortHosts(hosts), held };
}
