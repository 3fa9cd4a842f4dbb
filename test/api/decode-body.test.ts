import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { decodeBody, decodeStrayBytes } from '../../src/api/decode-body.ts';
import { anyCharacter } from '../support/once/any-character.ts';

const TEXT = '{"name":"Renée v. Łódź — “Lamp” 🗼"}';
const LATIN = '{"name":"Renée v. Señor"}';
const read = (body: Buffer, contentType?: string): string => decodeBody(body, contentType).bytes.toString();

describe('a body is UTF-8', () => {
  test.each([
    undefined,
    'application/json',
    'application/json; charset=utf-8',
    'application/json; charset="UTF8"',
    'application/json; charset=lamp-8',
    'application/json; charset=iso-8859-1',
    'application/json; charset=shift_jis',
  ])('whatever its header says, when its bytes are: %s', (contentType) => {
    const body = Buffer.from(TEXT);
    expect(decodeBody(body, contentType)).toEqual({ bytes: body, isUtf8: true });
  });

  test('and a byte-order mark before it is removed', () => {
    expect(read(Buffer.from(`\ufeff${TEXT}`))).toBe(TEXT);
  });

  test('with U+FFFD in it, which stays', () => {
    expect(decodeBody(Buffer.from('"a\ufffd"'), undefined).isUtf8).toBe(true);
  });
});

describe('a body in another charset', () => {
  test.each(['iso-8859-1', 'latin1', 'ISO-8859-1', '"windows-1252"', 'cp1252', 'us-ascii'])(
    'that its header names is read in that: %s',
    (charset) => {
      const decoded = decodeBody(Buffer.from(LATIN, 'latin1'), `application/json; charset=${charset}`);
      expect([decoded.bytes.toString(), decoded.isUtf8]).toEqual([LATIN, true]);
    },
  );

  test('has the letters that windows-1252 has in place of control characters', () => {
    const body = Buffer.from([0x22, 0x80, 0x93, 0x94, 0x9f, 0xe9, 0x22]);
    expect(read(body, 'text/plain;charset=windows-1252')).toBe('"€“”Ÿé"');
  });

  test.each([
    ['iso-8859-15', Buffer.from([0x22, 0xa4, 0x22]), '"€"'],
    ['windows-1251', Buffer.from([0x22, 0xcb, 0x22]), '"Л"'],
    ['shift_jis', Buffer.from([0x22, 0x82, 0xa0, 0x22]), '"あ"'],
    ['iso-2022-jp', Buffer.from([0x22, 0x1b, 0x24, 0x42, 0x24, 0x22, 0x1b, 0x28, 0x42, 0x22]), '"あ"'],
  ])('%s', (charset, body, text) => {
    expect(read(body, `application/json; charset=${charset}`)).toBe(text);
  });

  test.each([
    ['little-endian', (text: string) => Buffer.from(text, 'utf16le')],
    ['big-endian', (text: string) => Buffer.from(text, 'utf16le').swap16()],
  ])('UTF-16 (%s) is known by its byte-order mark, or by its first bytes', (_title, encode) => {
    expect(read(encode(`\ufeff${TEXT}`))).toBe(TEXT);
    expect(read(encode(TEXT))).toBe(TEXT);
    expect(read(encode(`\ufeff${TEXT}`), 'application/json; charset=iso-8859-1')).toBe(TEXT);
  });

  test.each([true, false])('UTF-32 (little-endian: %s) as well', (isLittle) => {
    const encode = (text: string): Buffer =>
      Buffer.concat(
        Array.from(text, (character) => {
          const unit = Buffer.alloc(4);
          const point = character.codePointAt(0) ?? 0;
          if (isLittle) unit.writeUInt32LE(point);
          else unit.writeUInt32BE(point);
          return unit;
        }),
      );
    expect(read(encode(`\ufeff${TEXT}`))).toBe(TEXT);
    expect(read(encode(TEXT))).toBe(TEXT);
    expect(read(encode(`\ufeff${TEXT}`), 'application/json; charset=utf-8')).toBe(TEXT);
    expect(JSON.parse(read(encode('{"name":"\ud83d"}')))).toEqual({ name: '\ud83d' });
    const cut = encode(TEXT).subarray(0, -1);
    expect(decodeBody(cut, undefined).bytes).toEqual(cut);
    const beyond = Buffer.concat([encode('{'), Buffer.from(isLittle ? [0, 0, 0x11, 0] : [0, 0x11, 0, 0])]);
    expect(decodeBody(beyond, undefined).bytes).toEqual(beyond);
  });

  test('half of a surrogate pair in UTF-16 becomes an escape of JSON', () => {
    const text = '{"name":"\ud83d"}';
    const decoded = read(Buffer.from(text, 'utf16le'));
    expect(JSON.parse(decoded)).toEqual({ name: '\ud83d' });
  });

  test('that is not in the encoding of its header stays unchanged', () => {
    const body = Buffer.from([0x22, 0x82, 0xff, 0x22]);
    expect(decodeBody(body, 'application/json; charset=shift_jis')).toEqual({ bytes: body, isUtf8: false });
  });
});

describe('bytes of which some are not UTF-8', () => {
  test.each([
    ['Latin-1 in ASCII', Buffer.from('Renée', 'latin1'), 'Renée'],
    ['Latin-1 beside UTF-8', Buffer.concat([Buffer.from('é 🗼 '), Buffer.from([0xe9])]), 'é 🗼 é'],
    ['quotes of windows-1252', Buffer.from([0x93, 0x61, 0x94]), '“a”'],
    ['a sequence that is cut', Buffer.from([0xe2, 0x82]), 'â‚'],
    ['a form that is too long', Buffer.from([0xc0, 0xaf]), 'À¯'],
  ])('are read as windows-1252 where they are not: %s', (_title, bytes, text) => {
    expect(decodeStrayBytes(bytes)).toBe(text);
  });

  test('never become U+FFFD, and what is UTF-8 stays', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 50 }), (bytes) => {
        const hasGenuine = Buffer.from(bytes).includes('\ufffd');
        if (!hasGenuine) expect(decodeStrayBytes(Buffer.from(bytes))).not.toContain('\ufffd');
      }),
    );
    fc.assert(
      fc.property(fc.string({ unit: anyCharacter }), (text) => {
        expect(decodeStrayBytes(Buffer.from(text))).toBe(Buffer.from(text).toString());
      }),
    );
  });
});
