import type {
  CaseChange,
  ChangeKey,
  EntryChange,
  PresenceKind,
  ValueChange,
} from '../../history/case-change.ts';
import type { FindChange } from '../../history/find-change.ts';
import { toEditedEntrySentence, toEntryWords } from './entry-sentences.ts';
import { toFieldSentences } from './field-sentences.ts';
import { renderPlural } from './units.ts';
import type { WritingStyle } from './writing-style.ts';

/** Of the docket entries that one run brought to a case, or took from it, so many are listed. */
const MOST_ENTRIES = 10;

const PRESENCES: Readonly<Record<PresenceKind, string>> = {
  appeared: 'came into the mirror',
  redacted: 'was redacted: its content and its earlier history were removed on request',
  departed: 'left the site',
  returned: 'came back',
};

/** A sentence for each thing that one run changed in a case. Reads the values while it writes, a few at a time. */
export function* renderRunChanges(
  keys: readonly ChangeKey[],
  find: FindChange,
  style: WritingStyle,
  depth: number,
): Generator<string> {
  const values: ValueChange[] = [];
  for (const key of keys) {
    if (isPresence(key.kind)) yield style.line(PRESENCES[key.kind], depth);
    else if (isOfField(key)) values.push(find(key) as ValueChange);
  }
  for (const sentence of toFieldSentences(values, style)) yield style.line(sentence, depth);
  for (const kind of ['entry added', 'entry edited', 'entry removed'] as const) {
    yield* renderEntries(
      kind,
      keys.filter((key) => key.kind === kind),
      find,
      style,
      depth,
    );
  }
}

function* renderEntries(
  kind: EntryChange['kind'],
  keys: readonly ChangeKey[],
  find: FindChange,
  style: WritingStyle,
  depth: number,
): Generator<string> {
  const shown = keys.slice(-MOST_ENTRIES);
  const sentences = shown.map((key) => toEntrySentence(find(key), style));
  if (keys.length === 0) return;
  const rest = keys.length - shown.length;
  if (kind === 'entry edited') {
    for (const sentence of sentences) yield style.line(sentence, depth);
    if (rest > 0)
      yield style.line(
        `were edited: ${renderPlural(rest, 'more docket entry', 'more docket entries')}`,
        depth,
      );
    return;
  }
  const adjective = kind === 'entry added' ? 'new' : 'removed';
  const count = renderPlural(keys.length, `${adjective} docket entry`, `${adjective} docket entries`);
  if (keys.length === 1) {
    yield style.line(`${count}: ${sentences.join('')}`, depth);
    return;
  }
  yield style.line(rest > 0 ? `${count}, of which the last ${MOST_ENTRIES}:` : `${count}:`, depth);
  for (const sentence of sentences) yield style.line(sentence, depth + 1);
}

function toEntrySentence(change: CaseChange, style: WritingStyle): string {
  switch (change.kind) {
    case 'entry added':
      return toEntryWords(change.after, style);
    case 'entry removed':
      return toEntryWords(change.before, style);
    case 'entry edited':
      return toEditedEntrySentence(change, style);
    default:
      return '';
  }
}

function isPresence(kind: ChangeKey['kind']): kind is PresenceKind {
  return Object.hasOwn(PRESENCES, kind);
}

function isOfField({ kind }: ChangeKey): boolean {
  return kind === 'changed' || kind === 'added' || kind === 'removed';
}
