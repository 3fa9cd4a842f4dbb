import { readFileSync, writeSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { renderRows } from '../../cli/text/rows.ts';
import { closing } from '../../db/engine.ts';
import { inDatabase } from '../../db/errors.ts';
import { openReader } from '../../db/open-to-read.ts';
import { type Cell, type QueryResult, query } from '../../db/query.ts';
import { MirrorError } from '../../errors/mirror-error.ts';
import { clipText } from '../../lib/layout.ts';
import { codeOf } from '../../lib/system-errors.ts';
import type { Answer, PageCell, PageRows, StatementTask, Stop } from './task.ts';

/*
 * The program of a process that executes one statement and ends. SQLite does not stop a statement from outside, and in
 * the process of the server it would hold up every page. Standard input has the task. The first line of standard output
 * says whether the statement is accepted; the rows of a file follow.
 */

/** A second thread, which can act while SQLite is busy: it ends the process at a limit. */
const WATCH = `
  const { writeSync } = require('node:fs');
  const { workerData: { memory, milliseconds } } = require('node:worker_threads');
  const begun = Date.now();
  setInterval(() => {
    const stop = process.memoryUsage.rss() > memory ? 'memory' : Date.now() - begun > milliseconds ? 'time' : null;
    if (stop === null) return;
    try { writeSync(2, stop); } finally { process.kill(process.pid, 'SIGKILL'); }
  }, 10);`;

/** Longer cells of a page are cut; files have them whole. */
const MAX_CELL = 1000;
/** What the markup of a cell adds to a page. */
const CELL_COST = 30;
const CHUNK = 64 * 1024;

const BLANK = String.raw`(?:\s|--[^\n]*(?:\n|$)|/\*[\s\S]*?(?:\*/|$))*`;
/** How a statement begins that only reads. A PRAGMA can read too, but some of them stay in force or take long. */
const READING = new RegExp(`^${BLANK}(?:select|with|values|explain)\\b`, 'i');
/** The other words with which a statement can begin. SQLite refuses any other word, and `query` explains why. */
const OTHER = new RegExp(
  `^${BLANK}(?:alter|analyze|attach|begin|commit|create|delete|detach|drop|end|insert|pragma|reindex|release|replace|rollback|savepoint|update|vacuum)\\b`,
  'i',
);

class LimitReached extends Error {
  readonly stop: Stop;
  constructor(stop: Stop) {
    super(stop);
    this.stop = stop;
  }
}

function run(task: StatementTask): void {
  new Worker(WATCH, { eval: true, workerData: task.limits }).unref();
  const told = { isAccepted: false };
  try {
    inDatabase(task.database, () => {
      closing(openReader(task.database), (reader) => {
        reader.sqlite.pragma('temp_store = MEMORY'); // so that the limit of memory holds for sorting, too
        reader.sqlite.exec('BEGIN');
        const result = query(reader, checkReading(task.sql));
        if (task.form === 'page') {
          say({ page: takePage(result, task) });
          return;
        }
        for (const chunk of renderChunks(result, task)) {
          if (!told.isAccepted) say({ file: true });
          told.isAccepted = true;
          writeAll(chunk);
        }
      });
    });
  } catch (thrown) {
    process.exitCode = 1;
    if (codeOf(thrown) === 'EPIPE') return; // nobody reads any more
    if (thrown instanceof LimitReached) writeSync(2, thrown.stop);
    else if (told.isAccepted || !(thrown instanceof MirrorError)) writeSync(2, String(thrown));
    else say({ error: { code: thrown.code, message: thrown.message, hint: thrown.hint } });
  }
}

function checkReading(sql: string): string {
  if (READING.test(sql) || !OTHER.test(sql)) return sql;
  throw new MirrorError(
    'QUERY_WRITES',
    'The statement does not begin with SELECT, WITH, VALUES or EXPLAIN.',
    {
      hint: 'This page only reads, and has no commands such as ATTACH or PRAGMA.',
    },
  );
}

/** The first rows of a result, as many as a page can show. */
function takePage({ columns, rows }: QueryResult, { limits }: StatementTask): PageRows {
  const taken: PageCell[][] = [];
  let bytes = 0;
  for (const row of rows) {
    const cells = row.map(toPageCell);
    bytes += cells.reduce<number>((sum, cell) => sum + CELL_COST + String(cell ?? '').length, CELL_COST);
    if (taken.length === limits.rows || (bytes > limits.bytes && taken.length > 0))
      return { columns, rows: taken, isCut: true };
    taken.push(cells);
  }
  return { columns, rows: taken, isCut: false };
}

function toPageCell(cell: Cell): PageCell {
  if (cell === null || typeof cell === 'number') return cell;
  if (typeof cell === 'bigint') return cell.toString();
  const text = typeof cell === 'string' ? cell : cell.subarray(0, MAX_CELL).toString('base64');
  return text.length > MAX_CELL ? clipText(text, MAX_CELL) : text;
}

/** The file of a result, in chunks. */
function* renderChunks({ columns, rows }: QueryResult, { form, limits }: StatementTask): Generator<string> {
  function* count(): Generator<readonly Cell[]> {
    let left = limits.rows;
    for (const row of rows) {
      if (left-- === 0) throw new LimitReached('rows');
      yield row;
    }
  }
  let text = '';
  let bytes = 0;
  const format = form === 'page' ? 'json' : form;
  for (const piece of renderRows({ columns, rows: count() }, { format, width: Infinity })) {
    text += piece;
    if (text.length < CHUNK) continue;
    bytes += Buffer.byteLength(text);
    if (bytes > limits.bytes) throw new LimitReached('bytes');
    yield text;
    text = '';
  }
  yield text;
}

function say(answer: Answer): void {
  writeAll(`${JSON.stringify(answer)}\n`);
}

function writeAll(text: string): void {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length;) {
    try {
      at += writeSync(1, bytes, at);
    } catch (thrown) {
      if (codeOf(thrown) !== 'EAGAIN') throw thrown;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5); // the reader is slower
    }
  }
}

run(JSON.parse(readFileSync(0, 'utf8')) as StatementTask);
