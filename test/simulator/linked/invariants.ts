import type { Mirror } from '../../../src/db/open-mirror.ts';
import { verifyAll } from '../verify-all.ts';
import type { LinkedDay } from './draw-history.ts';
import type { LinkedDayAccount } from './simulate-seed.ts';

/** Checks what must hold after every day, whatever went wrong. Returns the violations. */
export function checkDay(mirror: Mirror, day: LinkedDayAccount, plan: LinkedDay): string[] {
  return [
    ...checkRun(day),
    ...checkPass(mirror, day),
    ...checkBudget(day, plan),
    ...day.served.tooEarly,
    ...checkLinks(mirror),
    ...verifyAll(mirror).map((finding) => `verify finds ${JSON.stringify(finding)}`),
  ];
}

/** Faults of linked lists do not affect the run of the cases. */
function checkRun({ run }: LinkedDayAccount): string[] {
  return run === 'complete' ? [] : [`the run of the cases is ${run}`];
}

const ENDINGS = ['complete', 'budget', 'failed', 'interrupted', 'skipped', 'death'];

function checkPass({ sqlite }: Mirror, { pass }: LinkedDayAccount): string[] {
  const running = sqlite
    .prepare<[], number>(`SELECT count(*) FROM linked_passes WHERE outcome = 'running'`)
    .pluck()
    .get();
  return [
    ...(ENDINGS.includes(pass) ? [] : [`the pass ended with ${pass}`]),
    ...(running === 0 || pass === 'death' ? [] : [`${running} passes are left running`]),
  ];
}

/** A budget can only be exceeded by the rest of a list that had begun. */
function checkBudget({ served: { requests } }: LinkedDayAccount, { budget }: LinkedDay): string[] {
  const allowed = Number(budget);
  if (Number.isNaN(allowed) || requests.length <= allowed) return [];
  const last = requests.at(-1)?.list;
  const beyond = requests.slice(Math.max(0, allowed - 1));
  return beyond.every(({ list }) => list === last)
    ? []
    : [`a budget of ${allowed} was exceeded by ${requests.length - allowed} requests of several lists`];
}

const LINK_TABLES = ['case_documents', 'case_further_dockets', 'case_resources'];

/** A link ends only after two reads without the record, in two runs. */
function checkLinks({ sqlite }: Mirror): string[] {
  return LINK_TABLES.flatMap((table) =>
    sqlite
      .prepare<[], object>(
        `SELECT * FROM ${table} WHERE mirror_to_run_id IS NOT NULL
         AND (mirror_missing_run_id IS NULL OR mirror_missing_run_id >= mirror_to_run_id)`,
      )
      .all()
      .map((row) => `a link ended by one read: ${table} ${JSON.stringify(row)}`),
  );
}
