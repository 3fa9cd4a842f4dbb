import { toDatabaseError } from '../db/errors.ts';
import { type Mirror, openMirrorReadOnly } from '../db/open-mirror.ts';
import { query } from '../db/query.ts';
import { renderRows, toJsonList, toObjectRows } from '../cli/text/rows.ts';
import { toJsonText } from '../cli/text/words.ts';
import type { ListForm } from './addresses.ts';

/** The rows of a list: a query, or objects whose members become columns. */
export type ListSource =
  | { readonly sql: string }
  | { readonly columns: readonly string[]; readonly objects: Iterable<object> };

/** Opens the rows on a connection of its own, which is read until the end of the download. */
export type OpenList = (mirror: Mirror) => ListSource;

const CHUNK = 64 * 1024;
/** A reader that takes nothing for this long is gone. Its connection would keep a sync from ending its log. */
const PATIENCE_MS = 60_000;

/** What to do when the rows end too early. */
export interface DownloadEnds {
  /** Breaks the connection to the reader. */
  readonly destroy: () => void;
  readonly report: (thrown: unknown) => void;
}

/**
 * Streams all rows of a list. Rows are read as fast as the reader takes them. If reading fails halfway, the
 * connection is broken, so that the file looks incomplete. What fails before the first byte is thrown.
 */
export function streamList(
  database: string,
  form: ListForm,
  open: OpenList,
  { destroy, report }: DownloadEnds,
): ReadableStream<Uint8Array> {
  const mirror = openMirrorReadOnly(database);
  let pieces: Iterator<string>;
  let first: IteratorResult<string>;
  try {
    mirror.sqlite.exec('BEGIN');
    pieces = renderList(mirror, open(mirror), form)[Symbol.iterator]();
    first = pieces.next();
  } catch (thrown) {
    mirror.sqlite.close();
    throw toDatabaseError(thrown, database);
  }
  let patience: NodeJS.Timeout | undefined;
  const end = (): void => {
    clearTimeout(patience);
    pieces.return?.();
    if (mirror.sqlite.open) mirror.close();
  };
  const encoder = new TextEncoder();
  return new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        clearTimeout(patience);
        try {
          let text = '';
          for (; first.done !== true && text.length < CHUNK; first = pieces.next()) text += first.value;
          if (text !== '') controller.enqueue(encoder.encode(text));
          if (first.done === true) {
            end(); // fails if another process wrote to a file that is read without locks
            controller.close();
            return;
          }
        } catch (thrown) {
          clearTimeout(patience);
          if (mirror.sqlite.open) mirror.sqlite.close();
          destroy();
          report(toDatabaseError(thrown, database));
          controller.close();
          return;
        }
        patience = setTimeout(() => {
          end();
          destroy();
        }, PATIENCE_MS).unref();
      },
      cancel: end,
    },
    { highWaterMark: 1 },
  );
}

/** The text of a file, piece by piece. */
export function renderList(mirror: Mirror, source: ListSource, form: ListForm): Iterable<string> {
  const style = { format: form, width: Infinity } as const;
  if ('sql' in source) return renderRows(query(mirror, source.sql), style);
  return form === 'json' ? toJsonList(toTexts(source.objects)) : renderRows(toObjectRows(source), style);
}

function* toTexts(objects: Iterable<object>): Generator<string> {
  for (const object of objects) yield toJsonText(object);
}
