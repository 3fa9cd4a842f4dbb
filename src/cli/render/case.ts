import type { CaseDocument, DocketLine } from './case-document.ts';
import { toCellText } from './cell-text.ts';
import { pad, widthOfText, wrapText } from './layout.ts';
import { escapeMarkdown } from './writing-style.ts';

const GAP = '  ';
/** The beginning of a docket entry takes so many lines; --docket tells it whole. */
const ENTRY_LINES = 2;

/** A case as a person reads it: what it is, who is in it, its newest docket entries, its summary. */
export function* renderCase(
  { notices, title, facts, docket, sections }: CaseDocument,
  width: number,
): Generator<string> {
  const say = (text: string): string => wrapText(toCellText(text), width);
  for (const notice of notices) yield say(notice);
  if (notices.length > 0) yield '\n';
  yield `${say(title)}\n`;
  const labels = Math.max(0, ...facts.map(([label]) => widthOfText(label))) + GAP.length;
  for (const [label, text] of facts)
    yield wrapText(toCellText(text), width, { first: pad(label, labels, 'left'), rest: ' '.repeat(labels) });
  if (docket !== null) {
    yield `\n${say(docket.title)}`;
    const numbers = Math.max(0, ...docket.entries.map(({ number }) => widthOfText(toCellText(number))));
    const mostLines = docket.isWhole ? Infinity : ENTRY_LINES;
    for (const entry of docket.entries) yield renderEntry(entry, numbers, mostLines, width);
    if (docket.more !== null) yield wrapText(docket.more, width, { first: GAP });
  }
  for (const [heading, paragraphs] of sections) {
    yield `\n${say(heading)}\n`;
    for (const paragraph of paragraphs) yield say(paragraph);
  }
}

const MOST_OF_NUMBER = 12;

function renderEntry(
  { day, number, text }: DocketLine,
  numbers: number,
  mostLines: number,
  width: number,
): string {
  const digits = pad(toCellText(number), Math.min(numbers, MOST_OF_NUMBER), 'right');
  const first = `${GAP}${pad(day, '2030-01-01'.length, 'left')}${GAP}${numbers === 0 ? '' : digits + GAP}`;
  // Where so little room is left, the text goes under its day instead of beside it.
  const isNarrow = width - widthOfText(first) < width / 2;
  if (!isNarrow)
    return wrapText(toCellText(text), width, { first, rest: ' '.repeat(widthOfText(first)), mostLines });
  const head = wrapText(first.trim(), width, { first: GAP });
  return head + wrapText(toCellText(text), width, { first: GAP.repeat(2), mostLines });
}

/** The same as Markdown. */
export function* renderCaseMarkdown({
  notices,
  title,
  facts,
  docket,
  sections,
}: CaseDocument): Generator<string> {
  for (const notice of notices) yield `**${escapeMarkdown(notice)}**\n\n`;
  yield `# ${escapeMarkdown(title)}\n\n`;
  for (const [label, text] of facts)
    yield `- **${label}**: ${label === 'Link' ? `<${text}>` : escapeMarkdown(text)}\n`;
  if (docket !== null) {
    yield `\n## ${escapeMarkdown(docket.title)}\n\n`;
    for (const { day, number, text } of docket.entries)
      yield `- ${escapeMarkdown([day, number === '' ? '' : `no. ${number}`].filter(Boolean).join(', '))}: ${escapeMarkdown(text)}\n`;
    if (docket.more !== null) yield `\n${escapeMarkdown(docket.more)}\n`;
  }
  for (const [heading, paragraphs] of sections) {
    yield `\n## ${escapeMarkdown(heading)}\n`;
    for (const paragraph of paragraphs.filter((one) => one !== '')) yield `\n${escapeMarkdown(paragraph)}\n`;
  }
}
