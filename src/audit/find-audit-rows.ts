import type { Mirror } from '../mirror/open-mirror.ts';
import { query, type QueryAnswer } from '../mirror/query.ts';
import type { Audit } from './list-audits.ts';

/** The cases of an audit in order of id, read while iterating. */
export function findAuditRows(mirror: Mirror, { view }: Audit, mostRows?: number): QueryAnswer {
  const limit = mostRows === undefined ? '' : ` LIMIT ${mostRows}`;
  return query(mirror, `SELECT * FROM ${view} ORDER BY case_id${limit}`);
}
