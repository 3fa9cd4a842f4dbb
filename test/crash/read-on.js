/*
 * A process that reads a mirror on and on: HALF_CASES_SQL, DATABASE and PAUSE_MS come by the environment. Each turn is one
 * read transaction, in which it looks for half cases in a sample; what it saw of the mirror it prints as a line, and rests
 * for that pause. Ends with 0 when its standard input does, and with 1 at the first error, half case, or state that changed
 * within a transaction.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { openMirrorReadOnly } from '../../src/db/open-mirror.ts';

const { DATABASE = '', HALF_CASES_SQL = '', PAUSE_MS = '0' } = process.env;
const TURNS_OF_A_CONNECTION = 5;
const SAMPLE = 10;
const STATE_SQL = `SELECT json_array((SELECT count(*) FROM cases), (SELECT count(*) FROM docket_entries),
  (SELECT count(*) FROM case_changes), (SELECT count(*) FROM sync_runs), (SELECT sum(cases_seen) FROM list_syncs))`;

let isAsked = true;
process.stdin.on('end', () => (isAsked = false)).resume();

while (isAsked) {
  const mirror = open();
  if (mirror === null) console.log('no mirror yet');
  else {
    const read = prepareRead(mirror.sqlite);
    for (let turn = 0; turn < TURNS_OF_A_CONNECTION && isAsked; turn++) {
      console.log(read());
      await delay(Number(PAUSE_MS));
    }
    mirror.close();
  }
  await delay(Number(PAUSE_MS));
}

/** Null while there is no file, or none whose schema is there: then a person is told so. */
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
