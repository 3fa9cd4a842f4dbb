/*
 * Loaded into a real process before the command itself (`node --import`). Gives each write of better-sqlite3 a label
 * such as "before insert cases", and can kill the process at one of them. The command itself is unchanged.
 *
 *   CRASH_LABELS_TO=FILE    writes the labels of the run to that file
 *   CRASH_AT=LABEL          kills the process at that label,
 *   CRASH_OCCURRENCE=N      at its Nth occurrence
 *   CRASH_MAX_PAGES=N       limits the database to N pages
 */
import fs, { writeFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { basename } from 'node:path';
import { loadEngine } from '../../scripts/load-engine.js';

const Database = loadEngine();
const { CRASH_LABELS_TO, CRASH_AT, CRASH_OCCURRENCE, CRASH_MAX_PAGES } = process.env;
const NAME = '[`"]?(\\w+)[`"]?';
const VERBS = [
  [`^(insert) (?:or \\w+ )?into ${NAME}`],
  [`^(update) ${NAME}`],
  [`^(delete) from ${NAME}`],
  [`^(create (?:table|view))(?: if not exists)? ${NAME}`],
  [`^(create )(?:unique )?(index) .*? on ${NAME}`],
  [`^(alter table|drop table|drop view|drop index|vacuum) ?${NAME}`],
  [`^(pragma) ${NAME} *=`],
].map(([pattern]) => new RegExp(pattern, 'is'));

/** Such as "insert cases", "create index cases" or "COMMIT". */
function toVerb(sql) {
  const text = sql.replace(/^(?:\s+|--[^\n]*\n|\/\*.*?\*\/)+/gs, '');
  for (const pattern of VERBS) {
    const found = pattern.exec(text);
    if (found !== null) return found.slice(1).join(' ').replace(/ {2,}/g, ' ').toLowerCase();
  }
  return text.trim().split(/\s+/).slice(0, 2).join(' ');
}

/** The first write of the open transaction, per connection, which distinguishes one COMMIT from another. */
const firstWrites = new WeakMap();
const labels = [];
let toGo = Number(CRASH_OCCURRENCE ?? 1);

function reach(label) {
  labels.push(label);
  if (label === CRASH_AT && --toGo === 0) process.kill(process.pid, 'SIGKILL');
}

function watch(database, sql, action) {
  const verb = toVerb(sql);
  if (/^BEGIN/i.test(verb)) firstWrites.set(database, 'nothing');
  else if (firstWrites.get(database) === 'nothing' && verb !== 'COMMIT') firstWrites.set(database, verb);
  const isEnd = verb === 'COMMIT' || verb === 'ROLLBACK';
  const place = database.name.endsWith('.lock') ? ' of the lock' : '';
  const label = `${verb}${isEnd ? ` of ${firstWrites.get(database)}` : ''}${place}`;
  if (isEnd) firstWrites.delete(database);
  reach(`before ${label}`);
  const result = action();
  reach(`after ${label}`);
  return result;
}

const statements = Object.getPrototypeOf(new Database(':memory:').prepare('SELECT 1'));
for (const [method, isWatched] of [
  ['run', () => true],
  ['get', (statement) => !statement.readonly],
  ['all', (statement) => !statement.readonly || /^PRAGMA \w+ *=/i.test(statement.source)],
]) {
  const original = statements[method];
  statements[method] = function (...values) {
    const action = () => original.apply(this, values);
    return isWatched(this) ? watch(this.database, this.source, action) : action();
  };
}
for (const [method, toSql] of [
  ['exec', (sql) => sql],
  ['close', () => 'close'],
]) {
  const original = Database.prototype[method];
  Database.prototype[method] = function (...values) {
    return watch(this, toSql(...values), () => original.apply(this, values));
  };
}

/** Such as "rename mirror.db", without random parts and dates of a name. */
for (const method of ['renameSync', 'linkSync', 'copyFileSync', 'rmSync', 'chmodSync', 'fsyncSync']) {
  const original = fs[method];
  fs[method] = function (...values) {
    const names = values
      .filter((value) => typeof value === 'string')
      .map((path) => toPattern(basename(path)));
    const label = [method.replace('Sync', ''), ...names].join(' ');
    reach(`before ${label}`);
    const result = original.apply(fs, values);
    reach(`after ${label}`);
    return result;
  };
}
syncBuiltinESMExports();

function toPattern(name) {
  return name
    .replace(/[0-9a-f]{16}(?=\.tmp$)|^(?!.*\.[0-9a-f]{16}\.tmp$)(.*?)[0-9a-f]{16}/, '$1*')
    .replace(/\d{8}T\d{6,9}Z(?:-\d+)?/, '*');
}

/** A copy of a database, page by page. */
const backup = Database.prototype.backup;
Database.prototype.backup = async function (...values) {
  reach('before backup');
  const result = await backup.apply(this, values);
  reach('after backup');
  return result;
};

if (CRASH_MAX_PAGES !== undefined) {
  const limited = new WeakSet();
  const original = Database.prototype.pragma;
  Database.prototype.pragma = function (...values) {
    if (!limited.has(this)) {
      limited.add(this);
      original.call(this, `max_page_count(${CRASH_MAX_PAGES})`);
    }
    return original.apply(this, values);
  };
}

if (CRASH_LABELS_TO !== undefined)
  process.on('exit', () => {
    writeFileSync(CRASH_LABELS_TO, JSON.stringify(labels));
  });
