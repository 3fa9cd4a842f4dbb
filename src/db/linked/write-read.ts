import type { LinkedRead } from '../../api/linked-lists.ts';
import type { LinkedKind } from '../../api/linked-fields.ts';
import type { JsonObject } from '../../lib/json.ts';
import { LINK_SPECS } from '../../linked/kinds.ts';
import { type RecordContent, splitDocket, toColumns, toContent } from '../../linked/rows.ts';
import { toDatabaseError } from '../errors.ts';
import type { Mirror } from '../open-mirror.ts';
import type { RunStamp } from '../write-history.ts';
import { createDocketCopies, prepareWriteDocketEntries } from './write-dockets.ts';
import { createDoubts } from './doubts.ts';
import { prepareIdentify, toOwnId } from './identify.ts';
import { createLinkWriter } from './write-links.ts';
import { type LinkedFigures, type ReadContext, createListStates } from './list-states.ts';
import { createOddityWriter } from './write-oddities.ts';
import { createRecordWriter } from './write-record.ts';

export type WriteRead = (read: LinkedRead, context: ReadContext) => LinkedFigures;

/**
 * Prepares storing complete reads of linked lists. The records of a list, their links, their history, the state of the
 * list and the figures of the pass are written in one transaction.
 */
export function prepareWriteRead(mirror: Mirror): WriteRead {
  const writers = {
    documents: createKindWriter(mirror, 'documents'),
    dockets: createKindWriter(mirror, 'dockets'),
    resources: createKindWriter(mirror, 'resources'),
  };
  const transact = mirror.sqlite.transaction<WriteRead>((read, context) =>
    writers[read.kind].writeRead(read, context),
  );
  return (...read) => {
    try {
      return transact.immediate(...read);
    } catch (thrown) {
      throw toDatabaseError(thrown, mirror.path);
    }
  };
}

const NOTHING = { new: 0, changed: 0, unchanged: 0, missing: 0, gone: 0, redacted: 0, doubt: null };

function createKindWriter(mirror: Mirror, kind: LinkedKind) {
  const spec = LINK_SPECS[kind];
  const records = createRecordWriter(mirror, spec.record);
  const links = createLinkWriter(mirror, spec);
  const states = createListStates(mirror, kind);
  const oddities = createOddityWriter(mirror, spec);
  const identify = prepareIdentify(mirror, spec);
  const copies = kind === 'dockets' ? createDocketCopies(mirror) : null;
  const writeEntries = kind === 'dockets' ? prepareWriteDocketEntries(mirror) : null;

  /** Ends the presence of a record if no case links to it any more. */
  const writeDeparture = (key: number, stamp: RunStamp): void => {
    if (!links.isLinked(key)) records.writeDeparture(key, stamp.runId, stamp);
  };
  const doubts = createDoubts(mirror, spec, links, states, writeDeparture);

  const writeRecord = (key: number, record: JsonObject, content: RecordContent, context: ReadContext) => {
    const columns = toColumns(spec.record, record);
    const verdict = records.write(key, content, columns, context);
    if (verdict === 'redacted') return verdict;
    const isChanged = writeEntries?.(key, splitDocket(record).entries, context) === true;
    return isChanged && verdict === 'unchanged' ? 'changed' : verdict;
  };

  return {
    writeRead(read: LinkedRead, context: ReadContext): LinkedFigures {
      const { caseId } = read;
      const { runId } = context;
      const open = links.listOpen(caseId);
      const main = copies?.findMain(caseId);
      const all = read.records.map(({ payload }) => payload);
      const copy = all.find((one) => main !== undefined && isCopyOf(one, main));
      const own = all.filter((one) => one !== copy);
      const contents = own.map((record) => toContent(spec.record, record));
      const doubt = doubts.judge(read, open, contents, context);
      if (doubt.is !== null) {
        states.recordDoubt(read, doubt.is, doubt.hash, context);
        return { ...NOTHING, doubt: doubt.is };
      }
      const keys = identify(
        contents,
        open.map(({ key }) => key),
      );
      const figures = { ...NOTHING };
      for (const [at, key] of keys.entries()) {
        const [record, content] = [own[at], contents[at]];
        if (record === undefined || content === undefined) continue;
        const verdict = writeRecord(key, record, content, context);
        figures[verdict]++;
        if (verdict === 'new' || verdict === 'changed') oddities.writeDrift(caseId, record, runId);
      }
      if (copy !== undefined && main !== undefined) copies?.compare(caseId, main, copy, runId);
      else copies?.resolve(caseId, runId);
      const linked = writeLinks(read, open, keys, doubt.missingSince, context);
      oddities.writeRead(read, keys, context);
      states.recordRead(read, doubt.hash, linked.isChanged || figures.new + figures.changed > 0, context);
      const result: LinkedFigures = { ...figures, missing: linked.missing, gone: linked.gone };
      states.addToPass(result, read, context);
      return result;
    },
  };

  function writeLinks(
    { caseId, rejected }: LinkedRead,
    open: ReturnType<typeof links.listOpen>,
    keys: readonly number[],
    missingSince: number | null,
    context: ReadContext,
  ) {
    // A record that could not be read is there. Without its id, every record may be.
    const ids = rejected.map(({ id }) => id);
    const unread = ids.includes(null) || kind === 'resources' ? open.map(({ key }) => key) : ids;
    const known = new Set(open.map(({ key }) => key));
    const present = rejected.length === 0 ? [] : unread.filter((key): key is number => known.has(key ?? NaN));
    const found = new Set([...keys, ...present]);
    const { opened, missing, ended } = links.write(caseId, open, found, context, missingSince);
    for (const key of found) records.writeDeparture(key, null, context);
    for (const key of ended) writeDeparture(key, context);
    const isChanged = opened.length + missing.length + ended.length > 0;
    return { isChanged, missing: missing.length, gone: ended.length };
  }
}

/** Whether a docket of the list is the main docket of the case. */
function isCopyOf(docket: JsonObject, main: { readonly id: number | null }): boolean {
  const id = toOwnId(docket.id);
  return id === null ? main.id === null && docket.is_main_docket === true : id === main.id;
}
