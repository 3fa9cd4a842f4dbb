import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { linkTo, toHref, toSafeHref } from '../../src/web/html/html.ts';
import { toRichText } from '../../src/web/html/rich-text.ts';
import { listTagFaults, readElements } from '../support/read-html.ts';
import { anyCharacter } from '../support/once/any-character.ts';

const read = (source: string, most = 10_000): string => toRichText(source, most).content.toString();

test.each([
  ['plain & text', 'plain &amp; text'],
  ['<p>a <b>b</b></p><p>c', '<p>a <strong>b</strong></p><p>c</p>'],
  ['<ul><li>a<li>b</ul>', '<ul><li>a</li><li>b</li></ul>'],
  ['<ul>loose</ul>', '<ul><li>loose</li></ul>'],
  ['<h1 style="x">Title</h1>', '<h3>Title</h3>'],
  ['<script>alert(1)</script>a', 'a'],
  ['<scr<script>ipt>alert(1)</script>', 'ipt&gt;alert(1)'],
  ['<img src=x onerror=alert(1)>a', 'a'],
  ['<a href="/cases/1">a</a>', 'a'],
  [
    '<a href=" https://good.example/ ">a</a>',
    '<a href="https://good.example/" rel="noreferrer" class="out">a</a>',
  ],
  ['<a href="https://x" onclick="y">a</a>', '<a href="https://x/" rel="noreferrer" class="out">a</a>'],
  ['<b constructor="x"><constructor>a</constructor></b>', '<strong>a</strong>'],
  ['</div></main>a<!-- b', 'a'],
  ['<textarea><p>a', '&lt;p&gt;a'],
])('%j becomes %j', (source, expected) => {
  expect(read(source).replaceAll('\n', '')).toBe(expected);
});

const ALLOWED = [
  'p',
  'div',
  'br',
  'strong',
  'em',
  'sup',
  'sub',
  'blockquote',
  'ul',
  'ol',
  'li',
  'h3',
  'span',
  'a',
];
const PIECES = [
  '<p>',
  '</p>',
  '<ul>',
  '<li>',
  '</ul>',
  '<a href="',
  'javascript:x',
  'https://x',
  '">',
  '<',
  '>',
  '"',
  "'",
  '<script>',
  '</script>',
  '<style>',
  '<!--',
  '-->',
  '<svg><a xlink:href=',
  '<b onclick=',
  '&lt;',
  '&#60;',
  '\0',
  '\ud800',
  'text',
  ' ',
  '<table><td>',
  '<![CDATA[',
  ']]>',
  '<math>',
  '<template>',
];

test('for any text, the result is well formed and contains only allowed elements', () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fc.constantFrom(...PIECES), fc.string({ unit: anyCharacter })), { maxLength: 40 }),
      fc.nat({ max: 300 }),
      (pieces, most) => {
        const page = `<div>${read(pieces.join(''), most)}</div>`;
        expect(listTagFaults(page)).toEqual([]);
        for (const { name, attributes } of readElements(page)) {
          expect(ALLOWED).toContain(name);
          expect(Object.keys(attributes).filter((one) => !['href', 'rel', 'class'].includes(one))).toEqual(
            [],
          );
          if (attributes.href !== undefined) expect(attributes.href).toMatch(/^https?:\/\//);
        }
      },
    ),
    { numRuns: 500 },
  );
});

test('a text that is too long is clipped, and says so', () => {
  expect(toRichText(`<p>${'a'.repeat(50)}</p>`, 20)).toMatchObject({ isCut: true });
  expect(read(`<p>${'a'.repeat(50)}</p>`, 20)).toBe(`<p>${'a'.repeat(17)}</p>`);
});

test.each([
  'javascript:x',
  ' javascript:x',
  'java\nscript:x',
  'data:x',
  '//evil.example',
  '/\\evil.example',
  'cases/1',
  'ftp://x',
  'https://',
  '',
  'mailto:x',
])('%j is rejected as the address of a link', (address) => {
  expect(toSafeHref(address)).toBeNull();
  expect(linkTo(address, 'text').toString()).toBe('text');
  expect(() => toHref(address)).toThrow();
});

test.each([
  ['/cases/1', '/cases/1'],
  ['#top', '#top'],
  ['https://x.example/"><script>', 'https://x.example/%22%3E%3Cscript%3E'],
])('%j becomes the address %j', (address, expected) => {
  expect(toSafeHref(address)).toBe(expected);
});
