import { MirrorError } from '../errors/mirror-error.ts';
import { toSafeWords } from '../lib/safe-text.ts';
import { codeOf, wordsOfCode } from '../lib/system-errors.ts';

/*
 * What failures of Postgres and of the connection mean. No words of the server and no address get into a message: they
 * could contain rows, or the password. Names of tables and constraints do.
 */

/** The fields of an error of Postgres that a message may show. */
interface ServerFailure extends Error {
  readonly code: string;
  readonly schema?: string;
  readonly table?: string;
  readonly constraint?: string;
  readonly column?: string;
}

/** An error that the server sent: SQLSTATE has five characters, and a severity comes with it. */
export const isServerFailure = (thrown: unknown): thrown is ServerFailure =>
  thrown instanceof Error &&
  'severity' in thrown &&
  'code' in thrown &&
  typeof thrown.code === 'string' &&
  /^[0-9A-Z]{5}$/.test(thrown.code);

/** Whether another session holds a lock that was not released in time. */
export const isBlocked = (thrown: unknown): boolean =>
  isServerFailure(thrown) && ['55P03', '40P01'].includes(thrown.code);

interface Meaning {
  readonly code:
    | 'PUBLISH_REFUSED'
    | 'PUBLISH_UNREACHABLE'
    | 'PUBLISH_BLOCKED'
    | 'PUBLISH_FAILED'
    | 'PUBLISH_NO_ROOM';
  readonly words: string;
  readonly hint?: string;
}

/** By SQLSTATE, or by its first two characters. */
const MEANINGS: Readonly<Record<string, Meaning>> = {
  '28': {
    code: 'PUBLISH_REFUSED',
    words: 'the server refused the user or the password',
    hint: 'Check the user, the database and the password: in the address, in PGPASSWORD or in ~/.pgpass.',
  },
  '3D': {
    code: 'PUBLISH_REFUSED',
    words: 'the server has no database of that name',
    hint: 'Create it first.',
  },
  '42501': {
    code: 'PUBLISH_REFUSED',
    words: 'the role lacks a privilege',
    hint: 'The role needs CREATE on the database and must own the tables; see docs/publish.md.',
  },
  '2BP01': {
    code: 'PUBLISH_REFUSED',
    words: 'objects of others depend on the tables',
    hint: 'Publish without --full, which keeps the tables, or drop those objects first.',
  },
  '23503': {
    code: 'PUBLISH_BLOCKED',
    words: 'another table refers to a row that has left the mirror',
    hint: 'Delete the rows of that table, or declare its foreign key ON DELETE SET NULL or ON DELETE CASCADE.',
  },
  '23': {
    code: 'PUBLISH_BLOCKED',
    words: 'a constraint that somebody added refuses a row',
    hint: 'Drop the constraint.',
  },
  '53100': { code: 'PUBLISH_NO_ROOM', words: 'the disk of the server is full' },
  '53300': { code: 'PUBLISH_UNREACHABLE', words: 'the server has no connection left' },
  '53': { code: 'PUBLISH_NO_ROOM', words: 'the server lacks memory or space' },
  '54': { code: 'PUBLISH_FAILED', words: 'a row exceeds a limit of the server' },
  '57': { code: 'PUBLISH_UNREACHABLE', words: 'the server ended the connection or the statement' },
  '58': { code: 'PUBLISH_NO_ROOM', words: 'the server could not read or write its files' },
  '08': { code: 'PUBLISH_UNREACHABLE', words: 'the connection failed' },
  '55P03': { code: 'PUBLISH_BLOCKED', words: 'another session holds a lock' },
  '40P01': { code: 'PUBLISH_BLOCKED', words: 'another session holds a lock' },
};

/** PgBouncer has one SQLSTATE for all that it refuses. */
const STATEMENT_POOLING: Meaning = {
  code: 'PUBLISH_REFUSED',
  words: 'a pooler in between pools statements, and publish needs a transaction',
  hint: 'Set its pool_mode to transaction or session, or publish to the server itself.',
};

const UNKNOWN: Meaning = { code: 'PUBLISH_FAILED', words: 'the server refused a statement' };

/** Words of pg, which has no codes for them. */
const CLIENT_WORDS: readonly (readonly [pattern: RegExp, words: string])[] = [
  [/does not support SSL/i, 'the server does not offer TLS'],
  [/timeout expired/i, 'the server did not respond in time'],
  [/terminated/i, 'the connection was closed'],
  [/SASL|password must be a string/i, 'the server and this program could not agree on how to log in'],
];

const TLS_CODES = /^(?:ERR_TLS|ERR_SSL|CERT_|UNABLE_TO|SELF_SIGNED|DEPTH_ZERO|HOSTNAME_MISMATCH)/;

/** Turns a failure of the connection or of the server into an error of this program; leaves others as they are. */
export function toPublishError(thrown: unknown, from: string): unknown {
  if (thrown instanceof MirrorError || !(thrown instanceof Error)) return thrown;
  if (isServerFailure(thrown)) {
    const { code, words, hint } = toMeaning(thrown);
    const named = [
      ['table', [thrown.schema, thrown.table].filter(Boolean).join('.')],
      ['constraint', thrown.constraint ?? ''],
      ['column', thrown.column ?? ''],
    ].flatMap(([what = '', name = '']) => (name === '' ? [] : [`${what} ${toSafeWords(name)}`]));
    const details = [`SQLSTATE ${thrown.code}`, ...named].join(', ');
    return fail(code, `${from}: ${words} (${details}).`, thrown, hint);
  }
  const code = codeOf(thrown);
  if (TLS_CODES.test(code))
    return fail(
      'PUBLISH_UNREACHABLE',
      `${from}: the certificate of the server could not be verified (${code}).`,
      thrown,
      'Name the authority that signed it: sslrootcert=FILE in the address, or PGSSLROOTCERT. The host must be the one of the certificate.',
    );
  const known = CLIENT_WORDS.find(([pattern]) => pattern.test(thrown.message))?.[1];
  if (code === '' && known === undefined) return thrown;
  return fail('PUBLISH_UNREACHABLE', `${from}: ${known ?? wordsOfCode(code)}.`, thrown);
}

function toMeaning({ code, message }: ServerFailure): Meaning {
  if (code === '08P01' && /statement pooling/i.test(message)) return STATEMENT_POOLING;
  return MEANINGS[code] ?? MEANINGS[code.slice(0, 2)] ?? UNKNOWN;
}

function fail(code: Meaning['code'], message: string, cause: Error, hint?: string): MirrorError {
  return new MirrorError(code, message, { cause, ...(hint === undefined ? {} : { hint }) });
}
