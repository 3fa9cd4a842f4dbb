import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  ERROR_KINDS,
  type ErrorCode,
  messageOf,
  MirrorError,
  TransientError,
} from '../../src/errors/mirror-error.ts';
import { createSecretMask, MAX_MESSAGE } from '../../src/lib/safe-text.ts';

const TOKEN = 'k33per-0f/the+lamp=';
const hex = (letter: string, digits: number): string =>
  letter.charCodeAt(0).toString(16).padStart(digits, '0');
const each = (write: (letter: string) => string): string => Array.from(TOKEN, write).join('');

describe('a secret is found', () => {
  test.each([
    ['as it is', TOKEN],
    ['in capitals', TOKEN.toUpperCase()],
    ['encoded for an address', encodeURIComponent(TOKEN)],
    ['encoded for an address, letter by letter', each((letter) => `%${hex(letter, 2)}`)],
    ['encoded for an address in capitals', each((letter) => `%${hex(letter, 2).toUpperCase()}`)],
    ['encoded twice', each((letter) => `%25${hex(letter, 2)}`)],
    ['partly encoded', `%6b${TOKEN.slice(1)}`],
    ['with the escapes of JSON', each((letter) => `\\u${hex(letter, 4)}`)],
    ['with the escapes of JSON in JSON', each((letter) => `\\\\u${hex(letter, 4)}`)],
    ['with a slash escaped', TOKEN.replace('/', '\\/')],
    ['with the entities of HTML', each((letter) => `&#${letter.charCodeAt(0)};`)],
    ['with hexadecimal entities', each((letter) => `&#x${hex(letter, 2)};`)],
    ['with characters in between that have no width', Array.from(TOKEN).join('\u200b')],
    ['in base64', Buffer.from(TOKEN).toString('base64')],
    ['in base64 for addresses', Buffer.from(TOKEN).toString('base64url')],
    ['in base64 behind one letter', Buffer.from(`x${TOKEN}`).toString('base64')],
    ['in base64 of the header', Buffer.from(`Token ${TOKEN} and more`).toString('base64')],
  ])('%s', (_title, written) => {
    const { mask, isIn } = createSecretMask(TOKEN);
    const text = `It was: ${written}, said the server.`;
    expect(isIn(text)).toBe(true);
    const masked = mask(text);
    expect(masked).toContain('[token]');
    expect(isIn(masked)).toBe(false);
    expect(masked).toMatch(/^It was: .*, said the server\.$/);
    expect(masked.length).toBeLessThan(80);
  });

  test('whatever it is made of', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[\x21-\x7e]{8,40}$/), fc.string(), (secret, around) => {
        const { mask, isIn } = createSecretMask(secret);
        expect(mask(`${around} ${secret} ${around}`)).not.toContain(secret);
        expect(isIn(encodeURIComponent(secret))).toBe(true);
        expect(isIn(Buffer.from(`ab${secret}`).toString('base64'))).toBe(true);
      }),
    );
  });

  test('and other text is left alone', () => {
    const text = 'Token k33per, lamp%20out, \\u006b, aGVsbG8gd29ybGQ=';
    expect(createSecretMask(TOKEN).mask(text)).toBe(text);
  });
});

const HOSTILE = '\u001b]0;pwned\u0007\r\n\u009b31m\u202egnp.exe\u2066\u200b\u2028\ud800';
const RAW = /[\p{Cc}\p{Cf}\u2028\u2029]/u;

describe('no error holds raw text or text at length', () => {
  test.each(Object.keys(ERROR_KINDS) as ErrorCode[])('%s', (code) => {
    const text = `${HOSTILE}${'A'.repeat(3_000_000)}`;
    for (const error of [
      new MirrorError(code, `The server says: ${text}`, { hint: text }),
      new TransientError(code, text),
    ]) {
      for (const said of [error.message, error.hint]) {
        expect(said).not.toMatch(RAW);
        expect(said.isWellFormed()).toBe(true);
        expect(said.length).toBeLessThanOrEqual(MAX_MESSAGE + 3);
      }
    }
  });

  test('nor does what was thrown by others, quoted in a message', () => {
    for (const thrown of [new Error(HOSTILE), HOSTILE]) expect(messageOf(thrown)).not.toMatch(RAW);
  });

  test('and a sentence of ours stays as it is', () => {
    const sentence = 'The file "a  b/c – d.db" cannot be read: it isn’t there.';
    expect(new MirrorError('USAGE', sentence).message).toBe(sentence);
  });
});
