import type { Mirror } from '../mirror/open-mirror.ts';
import { listAudits, type Audit } from './list-audits.ts';

export interface AuditCount extends Audit {
  /** How many cases it lists. */
  readonly count: number;
}

/** Counts the cases of every audit, at one moment even while a sync writes. SQLite counts; no row is read here. */
export function countAudits({ sqlite }: Mirror): AuditCount[] {
  const countAll = sqlite.transaction(() =>
    listAudits().map((audit) => ({
      ...audit,
      count: sqlite.prepare<[], number>(`SELECT count(*) FROM ${audit.view}`).pluck().get() ?? 0,
    })),
  );
  return countAll();
}
