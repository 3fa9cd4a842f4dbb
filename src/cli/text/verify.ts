import { CHECK_NAMES, CHECKS, type CheckName, type Finding } from '../../verify/checks.ts';
import type { SchemaObject } from '../../db/own-schema.ts';
import type { VerifyReport } from '../../verify/proof.ts';
import { EXIT_CODES } from '../../errors/exit-codes.ts';
import { renderDuration, toCellText } from './words.ts';
import { renderTable } from './table.ts';
import { renderCount, renderPlural, wrapText } from '../../lib/layout.ts';

/** A report, with the file and the duration. */
export interface TimedReport extends VerifyReport {
  readonly database: string;
  readonly tookMs: number;
}

/** The maximum number of findings printed per check; the others are counted. */
const MAX_LISTED = 50;
/** The maximum number of additions named per type. */
const MAX_NAMED = 10;

const HINT =
  'Restore a copy of the file that verifies without findings. `sync` does not mend what it has stored, unless the fingerprint is what is wrong. If no disk, program or person has touched the file, please report it.';

/** The hint if only the schema differs: the rows are correct. */
const SCHEMA_HINT =
  'If you added a trigger or a unique index to a table of the mirror, drop it. Otherwise restore a copy of the file that verifies without findings.';

/** Keeps the first findings of each check. */
export function createFindingsList() {
  const listed: Finding[] = [];
  const perCheck = new Map<CheckName, number>();
  return {
    all: (): readonly Finding[] => listed,
    /** Returns whether the finding is kept. */
    add: (finding: Finding): boolean => {
      const before = perCheck.get(finding.check) ?? 0;
      perCheck.set(finding.check, before + 1);
      if (before < MAX_LISTED) listed.push(finding);
      return before < MAX_LISTED;
    },
  };
}

export function renderFinding({ check, caseId, runId, what, expected, found }: Finding): string {
  const where = [caseId === null ? '' : `case ${caseId}`, runId === null ? '' : `run ${runId}`]
    .filter((part) => part !== '')
    .join(', ');
  const text = `${where === '' ? '' : `${where}: `}${what}: expected ${expected}, found ${found}`;
  return `${check.padEnd(7)}  ${toCellText(text)}\n`;
}

/** The end of a verification: a table of the checks, and a hint if there are findings. */
export function renderVerifyReport(report: TimedReport, width: number): string {
  const ran = CHECK_NAMES.filter((check) => isRun(check, report));
  const table = renderTable(
    [
      { heading: 'check', fit: 'whole' },
      { heading: 'findings', align: 'right', fit: 'whole' },
      { heading: 'checked', align: 'right', fit: 'whole' },
      { heading: '' },
      { heading: 'proves' },
    ],
    ran.map((check) => [
      check,
      renderCount(report.tallies[check].findings),
      renderCount(report.tallies[check].checked),
      CHECKS[check].counts,
      CHECKS[check].description,
    ]),
    width,
  );
  const findings = countFindings(report);
  const cases = `${renderCount(report.casesChecked)} of ${renderPlural(report.casesMirrored, 'case')}`;
  const ending = `${cases} verified in ${renderDuration(report.tookMs)}: ${findings === 0 ? 'nothing found' : renderPlural(findings, 'finding')}.\n`;
  return [
    findings === 0 ? '' : '\n',
    table,
    ...ran.map((check) => renderRest(check, report)),
    renderFileDepth(report),
    renderAdditions(report, width),
    toCellText(`${report.database}: ${ending.trimEnd()}`),
    '\n',
    findings === 0 ? '' : `Hint: ${chooseHint(report)}\n`,
  ].join('');
}

function renderRest(check: CheckName, { tallies }: TimedReport): string {
  const rest = tallies[check].findings - MAX_LISTED;
  return rest > 0 ? `${check}: ${renderPlural(rest, 'further finding')} not listed.\n` : '';
}

function renderFileDepth({ fileDepth }: TimedReport): string {
  if (fileDepth === null) return 'The file as a whole and the record of the runs were not looked at.\n';
  if (fileDepth === 'full') return '';
  return 'The file was looked through with quick_check only: indexes and references between rows were not.\n';
}

/** Names what users added, which is not a finding. */
function renderAdditions({ additions }: TimedReport, width: number): string {
  if (additions.length === 0) return '';
  return wrapText(toCellText(`Not part of the mirror, and not checked: ${renderObjects(additions)}.`), width);
}

/** Names objects of a schema: "2 views (a, b) and 1 table (c)". */
export function renderObjects(additions: readonly Pick<SchemaObject, 'type' | 'name'>[]): string {
  const types = [...new Set(additions.map(({ type }) => type))];
  const parts = types.map((type) => {
    const names = additions.filter((one) => one.type === type).map(({ name }) => name);
    const rest = names.length - MAX_NAMED;
    const named = [...names.slice(0, MAX_NAMED), ...(rest > 0 ? [`${renderCount(rest)} more`] : [])];
    return `${renderPlural(names.length, type, type === 'index' ? 'indexes' : `${type}s`)} (${named.join(', ')})`;
  });
  return new Intl.ListFormat('en').format(parts);
}

function chooseHint(report: TimedReport): string {
  return countFindings(report) === report.tallies.schema.findings ? SCHEMA_HINT : HINT;
}

/** The checks that concern no single case. */
const OF_THE_FILE: ReadonlySet<CheckName> = new Set(['file', 'schema', 'seals', 'ledger']);

function isRun(check: CheckName, { fileDepth, tallies }: TimedReport): boolean {
  if (check === 'search') return fileDepth === 'full' || tallies.search.findings > 0;
  return fileDepth !== null || tallies[check].findings > 0 || !OF_THE_FILE.has(check);
}

function countFindings({ tallies }: TimedReport): number {
  return CHECK_NAMES.reduce((sum, check) => sum + tallies[check].findings, 0);
}

const FILE_CHECKS = { full: ['integrity_check', 'foreign_key_check'], quick: ['quick_check'] } as const;

/** The report as `--json` prints it. */
export function toVerifyJson(report: TimedReport, listed: readonly Finding[]) {
  const findings = countFindings(report);
  return {
    database: report.database,
    exit_code: EXIT_CODES[findings === 0 ? 'complete' : 'findings'].code,
    cases_mirrored: report.casesMirrored,
    file_checks: report.fileDepth === null ? [] : FILE_CHECKS[report.fileDepth],
    checks: CHECK_NAMES.filter((check) => isRun(check, report)).map((check) => ({
      check,
      description: CHECKS[check].description,
      checked: report.tallies[check].checked,
      findings_total: report.tallies[check].findings,
      findings: listed
        .filter((finding) => finding.check === check)
        .map(({ caseId, runId, what, expected, found }) => ({
          case_id: caseId,
          run_id: runId,
          what,
          expected,
          found,
        })),
    })),
    totals: { cases_checked: report.casesChecked, findings },
    took_ms: report.tookMs,
    additions: report.additions.map(({ type, name, table }) => ({ type, name, table })),
    hint: findings === 0 ? null : chooseHint(report),
  };
}
