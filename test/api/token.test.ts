import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type ErrorCode, MirrorError } from '../../src/errors/mirror-error.ts';
import { gatherSettings } from '../../src/config/settings.ts';
import { readToken } from '../../src/config/token.ts';
import { tempFolder } from '../support/temp-folder.ts';

const SECRET = 'k33per-0f-the-lamp';
const fromVariable = (token: string) => readToken(gatherSettings({}, { CLEARINGHOUSE_API_TOKEN: token }, {}));
const fromFile = (tokenFile: string) => readToken(gatherSettings({ tokenFile }, {}, {}));

function fileWith(content: string): string {
  const path = join(tempFolder(), 'token');
  writeFileSync(path, content);
  return path;
}

/** The error that an action ends in. */
function errorOf(action: () => unknown): MirrorError {
  try {
    action();
  } catch (thrown) {
    if (thrown instanceof MirrorError) return thrown;
    throw thrown;
  }
  throw new Error('it did not fail');
}

describe('the token', () => {
  const FORMS = [
    ['alone', SECRET],
    ['with Token', `Token ${SECRET}`],
    ['with token', `token ${SECRET}`],
    ['with TOKEN and a tabulator', `TOKEN\t${SECRET}`],
    ['with white space around', `  ${SECRET}\t`],
    ['with Token and much white space', `  Token   ${SECRET}  `],
    ['with a line break at its end', `${SECRET}\n`],
    ['with a line break of Windows at its end', `Token ${SECRET}\r\n`],
    ['with a byte order mark', `\ufeff${SECRET}`],
  ] as const;

  test.each(FORMS)('may be written %s in the environment', (_title, text) => {
    expect(fromVariable(text)).toBe(SECRET);
  });

  test.each(FORMS)('may be written %s in a file', (_title, text) => {
    expect(fromFile(fileWith(text))).toBe(SECRET);
  });

  test.each(['tokenized', 'Token-5', 'xToken', '!~'])('may begin or end like the word: %s', (text) => {
    expect(fromVariable(text)).toBe(text);
  });

  test('of printable characters stays as it is', () => {
    const token = fc.stringMatching(/^[\x21-\x7e]+$/).filter((text) => text.toLowerCase() !== 'token');
    fc.assert(
      fc.property(token, (text) => {
        expect(fromVariable(text)).toBe(text);
        expect(fromVariable(`Token ${text}`)).toBe(text);
      }),
    );
  });
});

describe('a token is missing', () => {
  test('when no one wrote one', () => {
    expect(errorOf(() => readToken(gatherSettings({}, {}, {}))).code).toBe('TOKEN_MISSING');
  });

  test.each(['', ' ', 'Token', 'token ', '\n'])('when it is %j', (text) => {
    expect(errorOf(() => fromVariable(text)).code).toBe('TOKEN_MISSING');
    expect(errorOf(() => fromFile(fileWith(text))).code).toBe('TOKEN_MISSING');
  });
});

describe('a token is refused', () => {
  test.each([
    ['with a space in it', `${SECRET} lamp`],
    ['with the word twice', `Token Token ${SECRET}`],
    ['with the name of the header', `Authorization: Token ${SECRET}`],
    ['with a second line', `${SECRET}\nlamp`],
    ['with a control character', `${SECRET}\u0007`],
    ['with a letter that no header can carry', `${SECRET}é`],
    ['with a typographic dash', `${SECRET}–x`],
  ])('%s, and not repeated', (_title, text) => {
    const error = errorOf(() => fromVariable(text));
    expect(error.code).toBe('SETTING_INVALID' satisfies ErrorCode);
    expect(`${error.message} ${error.hint}`).not.toContain(SECRET);
  });

  test('with the name of the place where it was written', () => {
    expect(errorOf(() => fromVariable('a b')).message).toContain('CLEARINGHOUSE_API_TOKEN');
    const path = fileWith('a b');
    expect(errorOf(() => fromFile(path)).message).toContain(path);
  });
});

describe('the file of the token', () => {
  test('takes precedence over the variable of the same place, and over those of later places', () => {
    const path = fileWith('from-the-file');
    const token = { CLEARINGHOUSE_API_TOKEN: 'from-the-variable' };
    const tokenFile = { CLEARINGHOUSE_TOKEN_FILE: path };
    expect(readToken(gatherSettings({ tokenFile: path }, token, {}))).toBe('from-the-file');
    expect(readToken(gatherSettings({}, { ...token, ...tokenFile }, {}))).toBe('from-the-file');
    expect(readToken(gatherSettings({}, token, tokenFile))).toBe('from-the-variable');
  });

  test('is not passed over when it is empty', () => {
    const settings = gatherSettings({ tokenFile: fileWith('') }, { CLEARINGHOUSE_API_TOKEN: SECRET }, {});
    expect(errorOf(() => readToken(settings)).code).toBe('TOKEN_MISSING');
  });

  test('is named when it does not exist or is a folder', () => {
    const folder = join(tempFolder(), 'lamps');
    mkdirSync(folder);
    for (const path of [folder, join(folder, 'none')]) {
      const error = errorOf(() => fromFile(path));
      expect(error).toMatchObject({
        code: 'SETTING_INVALID',
        message: expect.stringContaining(path),
      });
      expect(error.cause).toBeInstanceOf(Error);
    }
  });

  test('is named if it does not exist, whatever address .env contains', () => {
    const elsewhere = { CLEARINGHOUSE_API_URL: 'https://lamp.example/api/' };
    const none = join(tempFolder(), 'none');
    for (const settings of [
      gatherSettings({ tokenFile: none }, {}, elsewhere),
      gatherSettings({}, { CLEARINGHOUSE_TOKEN_FILE: none }, elsewhere),
      gatherSettings({}, {}, { ...elsewhere, CLEARINGHOUSE_TOKEN_FILE: none }),
    ])
      expect(errorOf(() => readToken(settings))).toMatchObject({
        code: 'SETTING_INVALID',
        message: expect.stringContaining(none),
      });
    const there = gatherSettings({ tokenFile: fileWith(SECRET) }, {}, elsewhere);
    expect(errorOf(() => readToken(there)).code).toBe('ADDRESS_UNTRUSTED');
  });
});
