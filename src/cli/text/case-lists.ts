import type { DocumentFile } from '../../db/linked/files.ts';
import type { CaseList } from '../../db/linked/read-records.ts';
import type { Presence } from '../../db/read-case.ts';
import { type JsonObject, isJsonObject } from '../../lib/json.ts';
import { clipText, renderPlural } from '../../lib/layout.ts';
import { toLocalMinute } from '../../lib/local-time.ts';
import { renderBytes } from './words.ts';

/** What a case document tells of one linked list: a title, and a line for each record that is for the public. */
export type ListSection = readonly [title: string, lines: readonly string[]];

const MAX_RECORDS = 20;
const MAX_TITLE = 160;

const NAMES = { documents: 'Documents', dockets: 'Further dockets', resources: 'Resources' } as const;

/** The stored files of documents, by id. Earlier states have none: only the newest file is kept. */
export type FilesOfCase = ReadonlyMap<number, DocumentFile>;

/** The linked lists of a case in one line: what is known of each, and when it was read; or that a redaction removed them. */
export function toListWords(
  lists: readonly CaseList[],
  timeZone: string,
  { redacted_run_id }: Pick<Presence, 'redacted_run_id'>,
): string {
  if (redacted_run_id !== null) return lists.length === 0 ? '' : 'removed';
  return lists
    .map((list) => {
      const at = list.read?.read_at ?? null;
      const read = at === null ? '' : `, read ${toLocalMinute(at, timeZone)}`;
      const doubt = list.read?.doubt == null ? '' : ', a newer read is doubted';
      return `${list.kind} ${toState(list)}${read}${doubt}`;
    })
    .join('; ');
}

function toState(list: CaseList): string {
  return list.state === 'some' ? String(list.read?.records ?? list.records.length) : list.state;
}

/** A section for each linked list that has records. */
export function toListSections(lists: readonly CaseList[], files: FilesOfCase): ListSection[] {
  return lists.flatMap((list): ListSection[] => {
    const shown = listShown(list);
    const hidden = list.records.length - shown.length;
    if (list.records.length === 0) return [];
    const rest = shown.length - MAX_RECORDS;
    return [
      [
        `${NAMES[list.kind]} (${shown.length}${list.kind === 'documents' && shown.length > 1 ? ', newest first' : ''})`,
        [
          ...shown.slice(0, MAX_RECORDS).map(({ payload, key }) => {
            const file = list.kind === 'documents' ? files.get(key) : undefined;
            const line = toLine(list.kind, payload);
            return file === undefined ? line : `${line}, file stored (${renderBytes(file.bytes)})`;
          }),
          ...(rest > 0 ? [`and ${rest} more: --json has them all`] : []),
          ...(hidden > 0 ? [`${renderPlural(hidden, 'record')} not for the public, left out`] : []),
        ],
      ],
    ];
  });
}

/** The records that are for the public, and that were not redacted; documents by date, newest first. */
function listShown({ kind, records }: CaseList): CaseList['records'] {
  const shown = records.filter(({ hidden, redactedRunId }) => hidden === null && redactedRunId === null);
  if (kind !== 'documents') return shown;
  const dayOf = ({ date }: JsonObject): string => (typeof date === 'string' ? date : '');
  return shown.toSorted((a, b) => {
    const [one, other] = [dayOf(a.payload), dayOf(b.payload)];
    return one === other ? b.key - a.key : one < other ? 1 : -1;
  });
}

function toLine(kind: CaseList['kind'], record: JsonObject): string {
  const text = (field: string): string => {
    const value = record[field];
    return typeof value === 'string' ? clipText(value.trim().replaceAll(/\s+/g, ' '), MAX_TITLE) : '';
  };
  const join = (...parts: string[]): string => parts.filter((part) => part !== '').join(', ');
  if (kind === 'dockets') {
    const entries = Array.isArray(record.docket_entries) ? record.docket_entries.filter(isJsonObject) : [];
    return join(
      text('docket_number_manual') || '(no number)',
      text('court'),
      renderPlural(entries.length, 'entry', 'entries'),
    );
  }
  if (kind === 'resources')
    return join(
      text('title') || '(no title)',
      text('author'),
      text('display_date'),
      text('external_url') || text('file'),
    );
  const id = typeof record.id === 'number' ? ` (document ${record.id})` : '';
  return `${join(text('date').slice(0, 10), text('document_type'), text('title') || '(no title)')}${id}`;
}

/**
 * The linked lists as `--json` prints them, with the path of each stored file. Records that are not for the public are only
 * counted; there are none of a list that nobody has read. `toPath` is null for an earlier state, which has no files.
 */
export function toListsJson(
  lists: readonly CaseList[],
  files: FilesOfCase,
  toPath: ((hash: string) => string) | null,
): object {
  return Object.fromEntries(
    lists.map((list) => {
      const shown = listShown(list);
      return [
        list.kind,
        {
          state: list.state,
          read_at: list.read?.read_at ?? null,
          read_run_id: list.read?.read_run_id ?? null,
          doubt: list.read?.doubt ?? null,
          hidden: list.records.length - shown.length,
          records:
            list.state === 'none' || list.state === 'some' ? shown.map(({ payload }) => payload) : null,
          ...(list.kind === 'documents' && {
            files:
              toPath === null
                ? null
                : shown.flatMap(({ key }) => {
                    const file = files.get(key);
                    return file === undefined
                      ? []
                      : [{ document_id: key, sha256: file.hash, bytes: file.bytes, path: toPath(file.hash) }];
                  }),
          }),
        },
      ];
    }),
  );
}
