import { rmSync, statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type Database from 'better-sqlite3';
import { findFreeBytes, identifyFile, takeAfter, toRealPath } from '../lib/files.ts';
import { PACKAGE_FOLDER } from '../lib/package-info.ts';
import { createTempFile } from '../lib/replace-file.ts';
import { copyIndex } from './fill-index.ts';
import type { IndexTask, Notice } from './index-thread.ts';
import type { Mirror } from './open-mirror.ts';
import { buildSearchIndexes, hasSearchIndexes } from './search-index.ts';
import { type IndexedTable, SEARCH_INDEXES, columnsOf } from './search-tables.ts';

/*
 * Builds the indexes of docket entries and cases in a second thread, while a first sync fills the mirror. The thread reads
 * the rows that are committed and indexes them in a file of its own; the end of the run copies the finished indexes. They are
 * only used if they must be what a build from the rows would be. See docs/decisions/0043-the-index-in-a-second-thread.md.
 */

/** Builds the search indexes that a mirror lacks. */
export interface IndexBuilder {
  /** Lets the thread index what is committed. Called after each page. */
  readonly follow: () => void;
  /** Lets the thread index the rest. Called after the last page. */
  readonly end: () => void;
  /** Copies the indexes of the thread when it has ended, and builds the others from the rows, in one transaction. */
  readonly build: () => Promise<void>;
  /** Ends the thread and removes its file. */
  readonly close: () => Promise<void>;
}

export interface BuilderOptions {
  /** Called with the reason if the indexes of the thread are not used. */
  readonly onThreadFailed?: (reason: unknown) => void;
  /** The number of docket entries from which on a thread saves more time than its start takes. */
  readonly startsAt?: number;
  /** The number of docket entries that are indexed together; each time leaves a part of the index. */
  readonly step?: number;
  readonly cores?: number;
  readonly thread?: URL;
  readonly findFree?: (folder: string) => number;
}

/** The file that the build creates of the thread's module. */
const THREAD = new URL('dist/index-thread.js', PACKAGE_FOLDER);
const STARTS_AT = 20_000;
const STEP = 15_000;
/** A thread needs little, because the rows never become values of JavaScript. */
const LIMITS = { maxOldGenerationSizeMb: 24, maxYoungGenerationSizeMb: 2, stackSizeMb: 2 };
/** What must be free on the disk, in bytes, for a file that is removed in the end. A whole mirror needs a quarter of it. */
const ROOM = 1_000_000_000;
const THREADED: readonly IndexedTable[] = [SEARCH_INDEXES.entries, SEARCH_INDEXES.cases];
/**
 * The cache of the writer while the thread runs, in kibibytes if negative: half of the usual one makes room for the thread. A
 * first fill mostly adds rows at the end of tables, since the indexes are not built yet.
 */
const SMALL_CACHE = -4000;
/** A thread starts in 30 ms. */
const LONGEST_START_MS = 250;
/** The name of the thread's file on the connection of the writer. */
const BUILT = 'built';
/** The function that a trigger calls. */
const NOTE_CHANGE = 'note_changed_entry';
/** The temporary triggers on updated and on deleted docket entries. */
const CHANGES = ['entry_updated', 'entry_deleted'] as const;

/** Prepares to build the missing indexes. A thread starts only if that of docket entries is one of them, and worth it. */
export function prepareIndexBuilder(mirror: Mirror, options: BuilderOptions = {}): IndexBuilder {
  const { sqlite } = mirror;
  const { startsAt = STARTS_AT, step = STEP, cores = availableParallelism(), onThreadFailed } = options;
  const isUseful = cores >= 2 && !sqlite.memory && !hasSearchIndexes(sqlite, ['entries']);
  const selectNewest = sqlite.prepare<[], number | null>('SELECT max(mirror_id) FROM docket_entries').pluck();
  let building: Building | undefined;
  let told = 0;
  return {
    follow: () => {
      if (!isUseful) return;
      const newest = selectNewest.get() ?? 0;
      if (newest < (building === undefined ? startsAt : told + step)) return;
      building ??= new Building(mirror, options);
      building.tell(newest);
      told = newest;
    },
    end: () => {
      building?.tell(null);
    },
    build: async () => {
      const failure = await building?.buildIndexes();
      if (failure === undefined) buildSearchIndexes(sqlite);
      else if (failure !== null) {
        onThreadFailed?.(failure);
        buildSearchIndexes(sqlite);
      }
    },
    close: async () => {
      await building?.close();
    },
  };
}

class Building {
  readonly #sqlite: Database.Database;
  readonly #folder: string;
  readonly #findFree: (folder: string) => number;
  #target: string | null = null;
  #worker: Worker | null = null;
  #ended: Promise<unknown> = Promise.resolve();
  #isAttached = false;
  #cache: number | null = null;
  /** Why the indexes are not used. */
  #failure: unknown = null;

  constructor({ sqlite, path }: Mirror, { thread = THREAD, findFree = findFreeBytes }: BuilderOptions) {
    const database = toRealPath(path);
    this.#sqlite = sqlite;
    this.#folder = dirname(database);
    this.#findFree = findFree;
    this.#attempt(() => {
      this.#cache = Number(sqlite.pragma('cache_size', { simple: true }));
      sqlite.pragma(`cache_size = ${SMALL_CACHE}`);
      this.#watchChanges();
      this.#target = createTempFile(`${database}.indexing`);
      takeAfter(this.#target, statSync(database));
      const started = new Int32Array(new SharedArrayBuffer(4));
      this.#start({ database, identity: identifyFile(database), target: this.#target, started }, thread);
    });
  }

  #attempt(action: () => void): void {
    try {
      action();
    } catch (error) {
      this.#failure ??= error;
    }
  }

  /** What was indexed of a row that changes later is unknown here: the words before the change, or after it. */
  #watchChanges(): void {
    const { key, table } = SEARCH_INDEXES.entries;
    this.#sqlite.function(NOTE_CHANGE, () => {
      this.#failure ??= new Error('a docket entry was changed or removed meanwhile');
      return null;
    });
    const [updated, deleted] = CHANGES;
    const note = `BEGIN SELECT ${NOTE_CHANGE}(); END`;
    const columns = [key, ...columnsOf(SEARCH_INDEXES.entries)];
    const isOther = columns.map((column) => `old.${column} IS NOT new.${column}`).join(' OR ');
    this.#sqlite.exec(
      `CREATE TEMP TRIGGER ${updated} AFTER UPDATE OF ${columns.join(', ')} ON main.${table} WHEN ${isOther} ${note};
      CREATE TEMP TRIGGER ${deleted} AFTER DELETE ON main.${table} ${note}`,
    );
  }

  #start(task: IndexTask, thread: URL): void {
    const worker = new Worker(thread, { workerData: task, execArgv: [], resourceLimits: LIMITS });
    worker.on('error', (error) => {
      this.#failure ??= error;
    });
    this.#worker = worker;
    // Until the thread has said so, V8 lets the space for new objects of this thread grow too; see `keepNewSpaceSmall`.
    Atomics.wait(task.started, 0, 0, LONGEST_START_MS);
    this.#ended = new Promise((resolve) => {
      worker.on('exit', (code) => {
        if (code !== 0) this.#failure ??= new Error(`it ended with exit code ${code}`);
        resolve(undefined);
      });
    });
  }

  /** Without room for both, the mirror goes before the file of the thread. */
  tell(notice: Notice): void {
    this.#attempt(() => {
      if (this.#findFree(this.#folder) < ROOM)
        this.#failure ??= new Error('less than 1 GB is free on the disk');
    });
    if (this.#failure === null) this.#worker?.postMessage(notice);
    else void this.close();
  }

  /** Builds all missing indexes. Returns why it could not, with nothing changed; null if it could. */
  async buildIndexes(): Promise<unknown> {
    await this.#ended;
    if (this.#failure === null)
      this.#attempt(() => {
        this.#attach();
        buildSearchIndexes(this.#sqlite, (index) => this.#copy(index));
      });
    const failure = this.#failure;
    await this.close();
    return failure;
  }

  #attach(): void {
    this.#sqlite.prepare(`ATTACH ? AS ${BUILT}`).run(this.#target);
    this.#isAttached = true;
    for (const { name, table } of THREADED) {
      const isWhole = this.#sqlite.prepare<[], number>(
        `SELECT (SELECT count(*) FROM ${BUILT}.${name}_docsize) = (SELECT count(*) FROM main.${table})`,
      );
      if (isWhole.pluck().get() !== 1) throw new Error(`it did not index every row of ${table}`);
    }
  }

  #copy(index: IndexedTable): boolean {
    if (!THREADED.includes(index)) return false;
    this.#sqlite.unsafeMode(true); // Lets the tables of an index be written.
    try {
      copyIndex(this.#sqlite, index, BUILT);
    } finally {
      this.#sqlite.unsafeMode(false);
    }
    return true;
  }

  /** What cannot be removed now, the next writer removes. */
  async close(): Promise<void> {
    await this.#worker?.terminate();
    this.#worker = null;
    this.#attempt(() => {
      if (this.#isAttached) this.#sqlite.exec(`DETACH ${BUILT}`);
      this.#isAttached = false;
    });
    this.#attempt(() => {
      if (this.#cache !== null) this.#sqlite.pragma(`cache_size = ${this.#cache}`);
      this.#sqlite.exec(CHANGES.map((name) => `DROP TRIGGER IF EXISTS temp.${name}`).join(';'));
    });
    this.#attempt(() => {
      if (this.#target !== null) rmSync(this.#target, { force: true });
      this.#target = null;
    });
  }
}
