import type { Mirror } from '../db/open-mirror.ts';

/** A row that does not have the expected form. */
export class Unreadable extends Error {
  override readonly name = 'Unreadable';
  readonly violation: Violation;

  constructor(what: string, expected: string, found: unknown) {
    super(`${what} is not ${expected}`);
    this.violation = { what, expected, found: show(found) };
  }
}

const MAX_LETTERS = 80;
/** How much of the common beginning of two long texts is shown before their first difference. */
const LEAD = 20;

/** A value as a finding shows it: short, whatever its length. Undefined stands for a missing value. */
export function show(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return toLiteral(value, text.slice(0, MAX_LETTERS), '', text.length > MAX_LETTERS ? '…' : '');
}

/** Two values that differ; for long texts, the part from shortly before the first difference. */
export function showDifference(expected: unknown, found: unknown): { expected: string; found: string } {
  if (typeof expected !== 'string' || typeof found !== 'string') {
    return { expected: show(expected), found: show(found) };
  }
  let same = 0;
  while (same < expected.length && expected[same] === found[same]) same++;
  const from = same > MAX_LETTERS - LEAD ? same - LEAD : 0;
  const cut = (text: string): string =>
    toLiteral(
      text,
      text.slice(from, from + MAX_LETTERS),
      from > 0 ? '…' : '',
      text.length > from + MAX_LETTERS ? '…' : '',
    );
  return { expected: cut(expected), found: cut(found) };
}

function toLiteral(value: unknown, text: string, before: string, after: string): string {
  return before + (typeof value === 'string' ? JSON.stringify(text) : text) + after;
}

/** Everything that `verify` proves, in the order of the report. */
export const CHECKS = {
  file: {
    description: 'The file is intact, and every row that another row refers to exists.',
    counts: 'pages of the file',
  },
  schema: {
    description: 'The tables, views, indexes and triggers of the mirror are the same as in a new mirror.',
    counts: 'tables, views, indexes and triggers',
  },
  values: {
    description: 'Each value has the type of its column.',
    counts: 'rows',
  },
  seals: {
    description: 'The tables that record cases and runs contain exactly the rows that the mirror wrote.',
    counts: 'rows',
  },
  search: {
    description: 'The search indexes contain exactly the words of the indexed rows.',
    counts: 'cases and docket entries',
  },
  payload: {
    description: 'Each payload, rebuilt from its rows, has its stored fingerprint.',
    counts: 'cases',
  },
  rows: {
    description: 'The rows of each case are those that its payload produces.',
    counts: 'rows',
  },
  history: {
    description:
      'Undoing the recorded changes of each case gives the fingerprints that were stored at the time.',
    counts: 'changes and past versions',
  },
  entries: {
    description: 'The versions of each docket entry have no gaps or overlaps, and agree with the case.',
    counts: 'docket entries, past ones included',
  },
  metadata: {
    description: 'Runs, status, departure and redaction of each case agree with its history.',
    counts: 'cases',
  },
  linked: {
    description:
      'Each linked record has its fingerprint, its rows and its history, and the links agree with the records.',
    counts: 'linked records',
  },
  texts: {
    description: 'Each text has its stored hash and length, and belongs to a document.',
    counts: 'texts',
  },
  files: {
    description:
      'Each stored file of a document has its hash and length, and no file that was dropped is left in the folder.',
    counts: 'documents whose file was requested',
  },
  ledger: {
    description: 'The run log is consistent.',
    counts: 'records',
  },
} as const;

export type CheckName = keyof typeof CHECKS;
export const CHECK_NAMES = Object.keys(CHECKS) as CheckName[];

/** Something that a check found to be wrong. */
export interface Violation {
  /** A column, a row or a figure. */
  readonly what: string;
  readonly expected: string;
  readonly found: string;
  readonly runId?: number;
  /** The case, if the context does not name it. */
  readonly caseId?: number;
}

/** A check yields its violations one by one, and returns how many items it checked. */
export type Violations = Generator<Violation, number>;

/** A rule that the rows of some tables keep. */
export interface Rule {
  readonly what: string;
  readonly expected: string;
  /** Returns the rows that break the rule, with the column `found`, and `run_id` or `case_id` if they concern one. */
  readonly sql: string;
}

/** SQL for these columns as one text. */
export const joinColumns = (...columns: readonly string[]): string =>
  columns.map((column) => `coalesce(${column}, 'null')`).join(` || ', ' || `);

/** The rule that each value of a column is a time or null. `place` is the `run_id` or `case_id` of a row. */
export const toTimeRule = (table: string, column: string, place = 'NULL AS run_id'): Rule => ({
  what: `${table}.${column}`,
  expected: 'a time, such as 2030-01-01T03:17:00.000Z',
  sql: `SELECT ${place}, ${column} AS found FROM ${table}
    WHERE ${column} IS NOT NULL AND ${column} IS NOT strftime('%Y-%m-%dT%H:%M:%fZ', ${column})`,
});

/** Yields each row that breaks one of the rules. */
export function* checkRules({ sqlite }: Mirror, rules: readonly Rule[]): Generator<Violation, void> {
  for (const { what, expected, sql } of rules) {
    const rows = sqlite.prepare<[], { found: unknown; run_id?: unknown; case_id?: unknown }>(sql);
    for (const { found, run_id: runId, case_id: caseId } of rows.iterate())
      yield {
        what,
        expected,
        found: typeof found === 'string' ? found.slice(0, 200) : show(found),
        ...(typeof runId === 'number' && { runId }),
        ...(typeof caseId === 'number' && { caseId }),
      };
  }
}

/** A violation, the check that found it, and where. */
export interface Finding {
  readonly check: CheckName;
  readonly caseId: number | null;
  readonly runId: number | null;
  readonly what: string;
  readonly expected: string;
  readonly found: string;
}

export interface Tally {
  readonly checked: number;
  readonly findings: number;
}

export type Tallies = Readonly<Record<CheckName, Tally>>;

/** Counts the checked items and the findings of each check. */
export interface Counter {
  /** Turns the violations of a check into findings and counts them. Returns what the check returns. */
  count<Result>(
    check: CheckName,
    caseId: number | null,
    violations: Generator<Violation, Result>,
  ): Generator<Finding, Result>;
  /** The same for a check that returns the number of items it checked. */
  run(
    check: CheckName,
    caseId: number | null,
    violations: Generator<Violation, number | undefined>,
  ): Generator<Finding, void>;
  addChecked(check: CheckName, more: number): void;
  /** The counts so far. */
  toTallies(): Tallies;
}

export function createCounter(): Counter {
  const checked = new Map<CheckName, number>();
  const findings = new Map<CheckName, number>();
  const add = (counts: Map<CheckName, number>, check: CheckName, more: number): void => {
    counts.set(check, (counts.get(check) ?? 0) + more);
  };
  function* count<Result>(
    check: CheckName,
    caseId: number | null,
    violations: Generator<Violation, Result>,
  ): Generator<Finding, Result> {
    try {
      for (let step = violations.next(); ; step = violations.next()) {
        if (step.done === true) return step.value;
        const { what, expected, found, runId = null } = step.value;
        add(findings, check, 1);
        yield { check, caseId: step.value.caseId ?? caseId, runId, what, expected, found };
      }
    } finally {
      violations.return(undefined as never); // a consumer that stops early must not leave a statement open
    }
  }
  return {
    count,
    addChecked: (check, more) => {
      add(checked, check, more);
    },
    *run(check, caseId, violations) {
      add(checked, check, (yield* count(check, caseId, violations)) ?? 0);
    },
    toTallies: () =>
      Object.fromEntries(
        CHECK_NAMES.map((check) => [
          check,
          { checked: checked.get(check) ?? 0, findings: findings.get(check) ?? 0 },
        ]),
      ) as Record<CheckName, Tally>,
  };
}
