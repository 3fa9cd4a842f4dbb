import type { DownloadKind } from '../db/linked/passes.ts';
import { type Rule, joinColumns, toTimeRule } from './checks.ts';

const PASSES = { texts: 'text_passes', files: 'file_passes' } as const;

/** What holds for the rows of texts as for those of files: the state of each document, and the passes. */
export function toDownloadRules(kind: DownloadKind): Rule[] {
  const states = `document_${kind}`;
  const passes = PASSES[kind];
  return [
    {
      what: `${states}: failures, paused_until`,
      expected: 'a pause exactly after failures',
      sql: `SELECT document_id || ': ' || ${joinColumns('failures', 'paused_until')} AS found FROM ${states}
        WHERE (failures > 0) <> (paused_until IS NOT NULL)`,
    },
    {
      what: `${passes}: ended_at`,
      expected: 'a time exactly if the pass has ended',
      sql: `SELECT id || ': ' || ${joinColumns('outcome', 'ended_at')} AS found FROM ${passes}
        WHERE (ended_at IS NULL) <> (outcome IN ('running', 'died'))`,
    },
    ...['fetched_at', 'attempted_at', 'paused_until'].map((column) => toTimeRule(states, column)),
    ...['started_at', 'ended_at', 'paused_until'].map((column) => toTimeRule(passes, column)),
  ];
}
