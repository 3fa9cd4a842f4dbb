import { type Aim, quoteWord, toPlaceText } from '../../lib/command-line.ts';
import type { BrokenObject } from '../../db/migrate.ts';
import type { UpgradeStep } from '../../db/open-mirror.ts';
import type { Died, Log } from '../../db/dead-rows.ts';
import { CHECKS, type Finding } from '../../doctor/finding.ts';
import { ERROR_KINDS, MirrorError } from '../../errors/mirror-error.ts';
import { wrapText } from '../../lib/layout.ts';
import { localizeTimes } from '../../lib/local-time.ts';
import { renderBytes, toCellText } from './words.ts';

/**
 * A failure as a user sees it: one line and a hint, with times on the user's clock. Only a bug of the program shows its
 * stack. For a wrong command line, the hint names the help of `command`. `aim` completes the commands in the hint, so that they can
 * be copied.
 */
export function renderError(
  error: unknown,
  timeZone: string,
  { command = null, aim = keep }: { command?: string | null | undefined; aim?: Aim } = {},
): string {
  if (error instanceof MirrorError) {
    const hint = aim(toCellText(toHint(error, command)));
    const told = `Error: ${toCellText(error.message)} [${error.code}]\nHint: ${hint}`;
    return localizeTimes(told, timeZone);
  }
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const lines = detail.split('\n').map(toCellText).join('\n');
  return `This is a fault of clearinghouse-mirror; please report it.\n${lines}`;
}

const keep = (text: string): string => text;

function toHint({ code, hint }: MirrorError, command: string | null): string {
  if (code !== 'USAGE' || hint !== ERROR_KINDS.USAGE.hint || command === null) return hint;
  return `\`clearinghouse-mirror ${command} --help\` shows how it is used.`;
}

const MARKS = { good: 'ok  ', warning: 'warn', bad: 'BAD ', 'not-checked': '-   ' } as const;
const INDENT = ' '.repeat(6);
/** The details of all checks begin in one column. */
const CHECK_WIDTH = Math.max(...CHECKS.map((check) => check.length));

interface Looked extends Pick<Finding, 'verdict' | 'detail' | 'hint'> {
  /** The subject of the check. */
  readonly check: string;
}

/** One check, with its hint below it, and with times on the reader's clock. */
export function renderFinding(
  { check, verdict, detail, hint }: Looked,
  width: number,
  timeZone: string,
  aim: Aim,
): string {
  const wrap = (text: string, indent: { first: string; rest?: string }): string =>
    wrapText(toCellText(localizeTimes(text, timeZone)), width, indent);
  const first = `${MARKS[verdict]}  ${check.padEnd(CHECK_WIDTH)} `;
  const said = wrap(detail, { first, rest: ' '.repeat(first.length) });
  return hint === null ? said : `${said}${wrap(aim(hint), { first: INDENT })}`;
}

/** The hint for a view or trigger that the upgrade of an older mirror broke. */
export function explainBroken(type: BrokenObject['type']): string {
  return `Drop the ${type} if it is still there, and create it again with the names in docs/schema.md if you need it.`;
}

/** A warning about views and triggers that a user added and that the upgrade of an older mirror broke. */
export function renderBroken(broken: readonly BrokenObject[]): string {
  return broken
    .map(
      ({ type, name, reason }) =>
        `Warning: your ${type} ${JSON.stringify(name)} no longer works after the upgrade of the mirror: ${reason}.\nHint: ${explainBroken(type)}\n`,
    )
    .join('');
}

const LOG_WORDS: Readonly<Record<Log, string>> = {
  sync_runs: 'run',
  linked_passes: 'linked pass',
  text_passes: 'pass over texts',
  file_passes: 'pass over files',
};

export const renderDied = ({ log, id }: Died): string =>
  `${LOG_WORDS[log]} ${id} died without recording its end; marked as died`;

/** What an upgrade of an older mirror is about to do, or has done. */
export function renderUpgrade({ type, database, copy, bytes }: UpgradeStep): string {
  return type === 'upgrade-begun'
    ? `The mirror has the schema of an older version. It is copied to ${toPlaceText(copy)} (${renderBytes(bytes)}), then upgraded.\n`
    : `The mirror is upgraded. The copy (${renderBytes(bytes)}) leads back to the older version: \`clearinghouse-mirror restore ${quoteWord(copy)} --database ${quoteWord(database)} --yes\`. Delete it if you do not need it.\n`;
}
