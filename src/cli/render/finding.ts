import type { Finding } from '../../doctor/finding.ts';
import { localizeTimes } from '../../local-time.ts';
import { toCellText } from './cell-text.ts';
import { wrapText } from './layout.ts';

const MARKS = { good: 'ok  ', warning: 'warn', bad: 'BAD ', 'not checked': '-   ' } as const;
const INDENT = ' '.repeat(6);
const CHECK_WIDTH = 9;

interface Looked extends Pick<Finding, 'verdict' | 'detail' | 'hint'> {
  /** What was looked at. */
  readonly check: string;
}

/** One thing that was looked at, with what to do below it, and with times on the clock of who reads it. */
export function renderFinding(
  { check, verdict, detail, hint }: Looked,
  width: number,
  timeZone: string,
): string {
  const wrap = (text: string, indent: { first: string; rest?: string }): string =>
    wrapText(toCellText(localizeTimes(text, timeZone)), width, indent);
  const first = `${MARKS[verdict]}  ${check.padEnd(CHECK_WIDTH)} `;
  const said = wrap(detail, { first, rest: ' '.repeat(first.length) });
  return hint === null ? said : `${said}${wrap(hint, { first: INDENT })}`;
}
