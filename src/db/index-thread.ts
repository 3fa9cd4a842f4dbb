import { pathToFileURL } from 'node:url';
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { identifyFile } from '../lib/files.ts';
import { keepNewSpaceSmall } from '../lib/heap.ts';
import { messageOf } from '../errors/mirror-error.ts';
import { openSqlite } from './engine.ts';
import { createIndex } from './fill-index.ts';
import { type IndexedTable, SEARCH_INDEXES, columnsOf } from './search-tables.ts';

/*
 * The program of the thread that builds search indexes while a first sync fills the mirror: it reads the rows that are
 * committed and indexes them in a file of its own. See docs/decisions/0043-the-index-in-a-second-thread.md.
 */

/** What the thread is given. */
export interface IndexTask {
  readonly database: string;
  /** Tells the mirror from a file that replaces it. */
  readonly identity: string;
  /** An empty file. */
  readonly target: string;
  /** Its number becomes 1 when the program starts. */
  readonly started: Int32Array<SharedArrayBuffer>;
}

/** What the thread is told: the newest docket entry that is committed, or null after the last one. */
export type Notice = number | null;

/** The docket entries that one statement indexes at most. */
const ENTRIES_AT_ONCE = 30_000;
/** The memory for new words, in bytes. */
const MEMORY = 2 * 2 ** 20;
/** In kibibytes if negative. It reads and writes each page about once. */
const CACHE = -400;

export interface IndexFile {
  /** Indexes the docket entries that are committed. */
  readonly addEntries: () => void;
  /** Indexes the cases, once no more are written. */
  readonly addCases: () => void;
  /** The newest docket entry that is indexed. */
  readonly findLast: () => number;
  readonly close: () => void;
}

/** Opens the file for the indexes beside a mirror. Each statement reads the mirror as it is when it starts. */
export function openIndexFile({ database, identity, target }: IndexTask): IndexFile {
  const refuseReplaced = (): void => {
    if (identifyFile(database) !== identity)
      throw new Error(`${database} was replaced by another file during the sync.`);
  };
  // Before too: to open another file with the log of the first would take the log's memory from the writer of this process.
  refuseReplaced();
  const sqlite = openSqlite(target);
  // After a crash the file is removed and not read, so it needs no journal, which SQLite leaves out in unsafe mode only,
  // and no wait for the disk.
  sqlite.unsafeMode(true);
  for (const setting of ['journal_mode = OFF', 'synchronous = OFF']) sqlite.pragma(setting);
  sqlite.prepare('ATTACH ? AS mirror').run(`${pathToFileURL(database).href}?mode=ro`);
  for (const name of ['main', 'mirror']) sqlite.pragma(`${name}.cache_size = ${CACHE}`);
  refuseReplaced();
  const { entries, cases } = SEARCH_INDEXES;
  createIndex(sqlite, entries, 'main', MEMORY);
  const add = sqlite.prepare<[number, number]>(toInsert(entries));
  const selectLast = sqlite
    .prepare<[], number | null>(`SELECT max(id) FROM main.${entries.name}_docsize`)
    .pluck();
  let last = Number.MIN_SAFE_INTEGER;
  return {
    addEntries: () => {
      for (let before = NaN; last !== before;) {
        before = last;
        add.run(last, ENTRIES_AT_ONCE);
        last = selectLast.get() ?? last;
      }
    },
    findLast: () => last,
    addCases: () => {
      createIndex(sqlite, cases, 'main', MEMORY);
      sqlite.prepare<[number, number]>(toInsert(cases)).run(Number.MIN_SAFE_INTEGER, -1);
    },
    close: () => {
      sqlite.close();
    },
  };
}

/** The statement that indexes the rows after a key, up to a number of them. */
function toInsert(index: IndexedTable): string {
  const { name, table, key } = index;
  const columns = columnsOf(index).join(', ');
  return `INSERT INTO main.${name} (rowid, ${columns})
    SELECT ${key}, ${columns} FROM mirror.${table} WHERE ${key} > ? ORDER BY ${key} LIMIT ?`;
}

/** What the thread does with its file until it is told that there is nothing more to index. */
function runIndexThread(task: IndexTask, port: MessagePort): void {
  const file = inPlainErrors(() => openIndexFile(task));
  port.on('message', (notice: Notice) => {
    // While it indexes, notices gather: what the newest of them says is indexed then already.
    if (notice !== null && notice <= file.findLast()) return;
    inPlainErrors(() => {
      file.addEntries();
      if (notice !== null) return;
      file.addCases();
      file.close();
      port.close();
    });
  });
}

/** The errors of better-sqlite3 lose their message on the way to another thread. */
function inPlainErrors<Result>(action: () => Result): Result {
  try {
    return action();
  } catch (thrown) {
    throw new Error(messageOf(thrown), { cause: thrown });
  }
}

function isTask(data: unknown): data is IndexTask {
  return typeof data === 'object' && data !== null && 'target' in data && 'identity' in data;
}

// In the thread itself, this module is the program.
if (parentPort !== null && isTask(workerData)) {
  keepNewSpaceSmall();
  Atomics.store(workerData.started, 0, 1);
  Atomics.notify(workerData.started, 0);
  runIndexThread(workerData, parentPort);
}
