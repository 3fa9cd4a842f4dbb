/*
 * A process that reads a mirror repeatedly, with HALF_CASES_SQL, DATABASE and PAUSE_MS from the environment. Each
 * turn is one read transaction that searches a sample for half cases, prints the state of the mirror as a line, and
 * then pauses. The process exits with 0 when its standard input ends, and with 1 on the first error, half case, or
 * state that changed within a transaction.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { openMirrorReadOnly } from '../../src/db/open-mirror.ts';

const { DATABASE = '', HALF_CASES_SQL = '', PAUSE_MS = '0' } = process.env;
const TURNS_OF_A_CONNECTION = 5;
const SAMPLE = 10;
const STATE_SQL = `SELECT json_array((SELECT count(*) FROM cases), (SELECT count(*) FROM docket_entries),
  (SELECT count(*) FROM case_changes), (SELECT count(*) FROM sync_runs), (SELECT sum(cases_seen) FROM list_syncs))`;

let isRunning = true;
process.stdin.on('end', () => (isRunning = false)).resume();

while (isRunning) {
  const mirror = open();
  if (mirror === null) console.log('no mirror yet');
  else {
    const read = prepareRead(mirror.sqlite);
    for (let turn = 0; turn < TURNS_OF_A_CONNECTION && isRunning; turn++) {
      console.log(read());
      await delay(Number(PAUSE_MS));
    }
    mirror.close();
  }
  await delay(Number(PAUSE_MS));
}

/** Null as long as there is no file, or its schema is incomplete. */
function open() {
  try {
    return openMirrorReadOnly(DATABASE);
  } catch (error) {
    if (['DATABASE_MISSING', 'DATABASE_OLDER'].includes(error.code)) return null;
    throw error;
  }
}

function prepareRead(sqlite) {
  const selectState = sqlite.prepare(STATE_SQL).pluck();
  const selectSample = sqlite.prepare('SELECT id FROM cases ORDER BY random() LIMIT ?').pluck();
  const selectHalves = sqlite.prepare(HALF_CASES_SQL);
  return sqlite.transaction(() => {
    const state = selectState.get();
    const halves = selectHalves.all({ ids: JSON.stringify(selectSample.all(SAMPLE)) });
    if (halves.length > 0) throw new Error(`half cases: ${JSON.stringify(halves)}`);
    if (selectState.get() !== state) throw new Error('the state changed within a transaction');
    return state;
  });
}
