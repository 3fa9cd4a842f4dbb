import { recordedCases } from '../../fake-api/collection/recorded-cases.ts';
import { startHarness } from '../support/sync-harness.ts';
import { soundCase, type Variant } from './sound-case.ts';

/** A mirror of one case for each variant, and the variants (by their keys) that a view lists, with its other columns. */
export async function auditOf(view: string, variants: Readonly<Record<string, Variant>>) {
  const keys = Object.keys(variants);
  const cases = Object.values(variants).map(([fields, docket], at) => soundCase(at + 1, fields, docket));
  const harness = await startHarness({ source: recordedCases(cases) });
  await harness.sync();
  const rows = harness.rows(`SELECT * FROM audit_${view} ORDER BY case_id`);
  return { ...harness, rows, listed: rows.map(({ case_id }) => keys[Number(case_id) - 1]) };
}

/** What a view says of each variant of a case; null where it does not list it. All are in one mirror. */
export async function findReasons(view: string, variants: readonly Variant[]): Promise<readonly unknown[]> {
  const { rows } = await auditOf(view, Object.fromEntries(variants.entries()));
  const reasons = new Map(rows.map(({ case_id, why }) => [Number(case_id), why]));
  return variants.map((_, at) => reasons.get(at + 1) ?? null);
}
