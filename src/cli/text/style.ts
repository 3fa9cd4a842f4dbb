import type { Aim } from '../../lib/command-line.ts';
import { toCellText } from './words.ts';
import { toCaseLink } from '../../case/reference.ts';
import { wrapText } from '../../lib/layout.ts';

/** The format of sentences: for a terminal, or as Markdown for an email. */
export interface WritingStyle {
  /** Escapes external text, so that it is displayed as plain text. */
  text(foreign: string): string;
  /** The name of a field. */
  field(name: string): string;
  /** A line of a list; each depth is a list inside the one above. */
  line(text: string, depth: number): string;
  /** A sentence that stands alone. */
  sentence(text: string): string;
  title(text: string): string;
  /** The heading lines of a case. */
  caseHeading(id: number, name: string): string;
  /** A case as one item of a list, with details. */
  caseLine(id: number, name: string, facts: readonly string[]): string;
  /** The maximum length of a quoted description. */
  readonly longest: number;
}

const INDENT = '  ';
const MAX_LENGTH = 120;

/** Shortens a text to this many columns. `aim` completes the commands that sentences suggest. */
export function toPlainStyle(width: number, aim: Aim = (text) => text): WritingStyle {
  const sentence = (text: string): string => wrapText(aim(text), width);
  return {
    text: toCellText,
    field: toCellText,
    line: (text, depth) => {
      const first = INDENT.repeat(depth + 1);
      return wrapText(text, width, { first, rest: `${first}${INDENT}` });
    },
    sentence,
    title: (text) => `${sentence(text)}\n`,
    caseHeading: (id, name) => `${wrapText(`${toCellText(name)} (case ${id})`, width)}${toCaseLink(id)}\n`,
    caseLine: (id, name, facts) => {
      const rest = INDENT.repeat(2);
      const lines = [facts.map(toCellText).join(', '), toCaseLink(id)].filter((line) => line !== '');
      return [
        wrapText(`${toCellText(name)} (case ${id})`, width, { first: INDENT, rest }),
        ...lines.map((line) => wrapText(line, width, { first: rest })),
      ].join('');
    },
    longest: width === Infinity ? MAX_LENGTH : Math.min(Math.max(MAX_LENGTH, 2 * width - 40), 3 * MAX_LENGTH),
  };
}

export const MARKDOWN: WritingStyle = {
  text: escapeMarkdown,
  field: (name) => (/^[\w.]+$/.test(name) ? `\`${name}\`` : escapeMarkdown(name)),
  line: (text, depth) => `${INDENT.repeat(depth)}- ${text}\n`,
  sentence: (text) => `${text}\n`,
  title: (text) => `## ${text}\n\n`,
  caseHeading: (id, name) => `### ${toMarkdownLink(id, name)}\n\n`,
  caseLine: (id, name, facts) => {
    const known = facts.length === 0 ? '' : `: ${facts.map(escapeMarkdown).join(', ')}`;
    return `- ${toMarkdownLink(id, name)}${known}\n`;
  },
  longest: MAX_LENGTH,
};

function toMarkdownLink(id: number, name: string): string {
  return `[${escapeMarkdown(name)}](${toCaseLink(id)}) (case ${id})`;
}

/** What Markdown would read as markup: anywhere, at the beginning of a line, and as an address that becomes a link. */
export function escapeMarkdown(text: string): string {
  return toCellText(text)
    .replace(/[\\`*_[\]<>&~|!@]/g, '\\$&')
    .replace(/^(\s*)([#+=-])/, '$1\\$2')
    .replace(/^(\s*\d+)([.)])/, '$1\\$2')
    .replace(/:(?=\/\/)/g, '\\:')
    .replace(/\bwww\./gi, (www) => `${www.slice(0, -1)}\\.`);
}
