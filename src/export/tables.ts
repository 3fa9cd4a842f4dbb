import { TABLE_NAMES, type Table, type TableOptions } from './fields.ts';
import {
  toAttachments,
  toCases,
  toDefendants,
  toDockets,
  toEntries,
  toFurtherEntries,
  toRelated,
} from './tables-of-cases.ts';
import { toCaseChanges, toLinkedChanges, toListSyncs, toRuns } from './tables-of-history.ts';
import { toDocumentLinks, toDocuments, toResourceLinks, toResources, toTexts } from './tables-of-records.ts';

/** All tables in the order of {@link TABLE_NAMES}. */
export function toTables(options: TableOptions): readonly Table[] {
  const tables = [
    toCases,
    toDefendants,
    toRelated,
    toDockets,
    toEntries,
    toAttachments,
    toFurtherEntries,
    toDocuments,
    toDocumentLinks,
    toResources,
    toResourceLinks,
    toTexts,
    toCaseChanges,
    toLinkedChanges,
    toRuns,
    toListSyncs,
  ].map((make) => make(options));
  if (tables.map(({ name }) => name).join() !== TABLE_NAMES.join())
    throw new Error('A table has another place than its name.');
  return tables;
}
