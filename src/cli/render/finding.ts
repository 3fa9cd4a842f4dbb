import type { Finding } from '../../doctor/finding.ts';
import { toCellText } from './cell-text.ts';
import { wrapText } from './layout.ts';

const MARKS = { good: 'ok  ', warning: 'warn', bad: 'BAD ', 'not checked': '-   ' } as const;
const INDENT = ' '.repeat(6);
const CHECK_WIDTH = 9;

interface Looked extends Pick<Finding, 'verdict' | 'detail' | 'hint'> {
  /** What was looked at. */
  readonly check: string;
}

/** One thing that was looked at, with what to do below it. */
export function renderFinding({ check, verdict, detail, hint }: Looked, width: number): string {
  const first = `${MARKS[verdict]}  ${check.padEnd(CHECK_WIDTH)} `;
  const said = wrapText(toCellText(detail), width, { first, rest: ' '.repeat(first.length) });
  return hint === null ? said : `${said}${wrapText(toCellText(hint), width, { first: INDENT })}`;
}
