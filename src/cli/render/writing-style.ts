import { toCaseLink } from './case-link.ts';
import { toCellText } from './table.ts';

/** How sentences are set: for a terminal, or as Markdown for a mail. */
export interface WritingStyle {
  /** Text from outside, so that it is read as text and nothing else. */
  text(foreign: string): string;
  /** The name of a field. */
  field(name: string): string;
  /** A line of a list; each depth is a list inside the one above. */
  line(text: string, depth: number): string;
  title(text: string): string;
  /** The lines over what is told of a case. */
  caseHeading(id: number, name: string): string;
  /** A case as one line. */
  caseLine(id: number, name: string): string;
}

export const PLAIN: WritingStyle = {
  text: toCellText,
  field: toCellText,
  line: (text, depth) => `${'  '.repeat(depth + 1)}${text}\n`,
  title: (text) => `${text}\n\n`,
  caseHeading: (id, name) => `${toCellText(name)} (case ${id})\n${toCaseLink(id)}\n`,
  caseLine: (id, name) => `  ${toCellText(name)} (case ${id})\n`,
};

export const MARKDOWN: WritingStyle = {
  text: escapeMarkdown,
  field: (name) => (/^[\w.]+$/.test(name) ? `\`${name}\`` : escapeMarkdown(name)),
  line: (text, depth) => `${'  '.repeat(depth)}- ${text}\n`,
  title: (text) => `## ${text}\n\n`,
  caseHeading: (id, name) => `### ${toMarkdownLink(id, name)}\n\n`,
  caseLine: (id, name) => `- ${toMarkdownLink(id, name)}\n`,
};

function toMarkdownLink(id: number, name: string): string {
  return `[${escapeMarkdown(name)}](${toCaseLink(id)}) (case ${id})`;
}

/** What Markdown would take for markup: anywhere, at the beginning of a line, and as an address that becomes a link. */
function escapeMarkdown(text: string): string {
  return toCellText(text)
    .replace(/[\\`*_[\]<>&~|!@]/g, '\\$&')
    .replace(/^(\s*)([#+=-])/, '$1\\$2')
    .replace(/^(\s*\d+)([.)])/, '$1\\$2')
    .replace(/:(?=\/\/)/g, '\\:')
    .replace(/\bwww\./gi, (www) => `${www.slice(0, -1)}\\.`);
}
