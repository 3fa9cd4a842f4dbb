import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import {
  ERROR_KINDS,
  type ErrorCode,
  messageOf,
  MirrorError,
  TransientError,
} from '../../src/errors/mirror-error.ts';
import { EXIT_CODES } from '../../src/errors/exit-codes.ts';

describe('the exit codes', () => {
  test.each(Object.entries(EXIT_CODES))(
    '%s has a number for a process and a sentence',
    (_name, { code, description }) => {
      expect(Number.isInteger(code) && code >= 0 && code <= 255).toBe(true);
      expect(description).toMatch(/^[A-Z].*\.$/);
    },
  );

  test('are all different, and only a complete run ends with 0', () => {
    const codes = Object.values(EXIT_CODES).map(({ code }) => code);
    expect(new Set(codes).size).toBe(codes.length);
    expect(EXIT_CODES.complete.code).toBe(0);
  });

  test('of signals are those that shells use', () => {
    expect(EXIT_CODES.interrupted.code).toBe(128 + 2);
    expect(EXIT_CODES.terminated.code).toBe(128 + 15);
  });
});

describe.each(Object.entries(ERROR_KINDS))('%s', (code, kind) => {
  test('ends a process with a known exit that is not success', () => {
    expect(Object.keys(EXIT_CODES)).toContain(kind.exit);
    expect(EXIT_CODES[kind.exit].code).toBeGreaterThan(0);
  });

  test('says in whole sentences what it means and what to do', () => {
    expect(kind.description).toMatch(/^\S.*\S\.$/);
    expect(kind.hint).toMatch(/^\S.*\S[.`/]$/);
    expect(kind.hint).not.toBe(kind.description);
  });

  test('gives its error its exit and its hint', () => {
    const error = new MirrorError(code as ErrorCode, 'The lamp is out.');
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({
      code,
      exit: kind.exit,
      hint: kind.hint,
      message: 'The lamp is out.',
      name: 'MirrorError',
    });
  });
});

test('each code is expected by name in a test of what gives rise to it', () => {
  const folder = join(import.meta.dirname, '..');
  const tests = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.test.ts') && join(folder, name) !== import.meta.filename)
    .map((name) => readFileSync(join(folder, name), 'utf8'))
    .join('\n');
  const unexpected = Object.keys(ERROR_KINDS).filter((code) => !new RegExp(`\\b${code}\\b`).test(tests));
  expect(unexpected).toEqual([]);
});

describe('an error', () => {
  test('may have a more exact hint', () => {
    expect(new MirrorError('LOCKED', 'x', { hint: 'Ask the keeper.' }).hint).toBe('Ask the keeper.');
  });

  test('keeps its cause, and has none when none was given', () => {
    const cause = new Error('oil');
    expect(new MirrorError('LOCKED', 'x', { cause }).cause).toBe(cause);
    expect(Object.hasOwn(new MirrorError('LOCKED', 'x'), 'cause')).toBe(false);
    expect(Object.hasOwn(new MirrorError('LOCKED', 'x', { hint: 'y' }), 'cause')).toBe(false);
  });
});

describe('a transient error', () => {
  test.each([0, 1, 30_000])('carries the pause of %d ms that the server asked for', (retryAfterMs) => {
    expect(new TransientError('SERVER_ERROR', 'x', { retryAfterMs }).retryAfterMs).toBe(retryAfterMs);
  });

  test('carries no pause when the server asked for none', () => {
    expect(new TransientError('NETWORK_FAILED', 'x').retryAfterMs).toBeUndefined();
    expect(
      new TransientError('NETWORK_FAILED', 'x', { retryAfterMs: undefined }).retryAfterMs,
    ).toBeUndefined();
  });

  test('is a MirrorError with everything of one', () => {
    const cause = new Error('oil');
    const error = new TransientError('NETWORK_FAILED', 'x', { cause, hint: 'Wait.' });
    expect(error).toBeInstanceOf(MirrorError);
    expect(error).toMatchObject({
      name: 'TransientError',
      code: 'NETWORK_FAILED',
      exit: 'network',
      cause,
      hint: 'Wait.',
    });
  });
});

test.each([
  [new Error('lamp'), 'lamp'],
  ['lamp', 'lamp'],
  [5, '5'],
  [undefined, 'undefined'],
  [null, 'null'],
])('the message of %p is %j', (thrown, message) => {
  expect(messageOf(thrown)).toBe(message);
});

test('no sentence for a reader has nobody as its subject: it says what is not known or not there', () => {
  const files = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.ts'),
  );
  const found = files.flatMap((file) => {
    const code = readFileSync(join('src', file), 'utf8')
      .replace(/\/\*[^]*?\*\//g, '')
      .replace(/(?<=^|\s)\/\/.*$/gm, '');
    return (code.match(/^.*\bnobody\b.*$/gim) ?? []).map((line) => `${file}: ${line.trim()}`);
  });
  expect(found).toEqual([]);
});
