import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { toPlainText } from '../../src/case/plain-text.ts';

describe('the text of HTML', () => {
  test.each([
    ['one paragraph', '<p>A lamp.</p>', 'A lamp.'],
    ['paragraphs stand apart', '<p>A lamp.</p><p>Oil.</p>', 'A lamp.\n\nOil.'],
    ['empty paragraphs leave no gap', '<p>a</p><p></p><p> </p><p>&nbsp;</p><p>b</p>', 'a\n\nb'],
    ['headings stand apart', '<h2>Lamps</h2>Text<h3>Oil</h3><p>b</p>', 'Lamps\n\nText\n\nOil\n\nb'],
    ['a quotation stands apart', 'a<blockquote>b</blockquote>c', 'a\n\nb\n\nc'],
    ['br breaks a line', 'a<br>b<br/>c<br />d', 'a\nb\nc\nd'],
    ['two br leave an empty line', 'a<br><br>b', 'a\n\nb'],
    ['many br leave one empty line', 'a<br><br><br><br>b', 'a\n\nb'],
    ['inline elements do not part words', 'la<em>m</em>p <b>oil</b>', 'lamp oil'],
    ['white space is one space', 'a \r\n\t b', 'a b'],
    ['white space across elements is one space', '<b>a </b> <i> b</i>', 'a b'],
    ['white space around a line break goes', 'a <br> b', 'a\nb'],
    ['a link is its words', '<a href="https://lamps.example">the lamp</a>', 'the lamp'],
    ['comments are no text', 'a<!-- lamp -->b', 'ab'],
    ['attributes are no text', '<p title="lamp > oil">a</p>', 'a'],
    ['images are no text', 'a<img src="x" alt="lamp">b', 'ab'],
    ['elements in capitals are the same', '<P>a</P><P>b<BR>c</P>', 'a\n\nb\nc'],
    ['elements that nobody knows are looked through', '<lamp><oil>a</oil></lamp>', 'a'],
    ['nothing', '', ''],
    ['only elements', '<p><b></b></p><br>', ''],
  ])('%s', (_title, html, text) => {
    expect(toPlainText(html)).toBe(text);
  });
});

describe('lists and tables', () => {
  test.each([
    ['items stand on lines of their own', '<ul><li>a</li><li>b</li></ul>', '- a\n- b'],
    ['items stand so with white space between them', '<ul>\n <li>a</li>\n <li>b</li>\n</ul>', '- a\n- b'],
    ['items need no end', '<ol><li>a<li>b</ol>', '- a\n- b'],
    ['a list stands apart from the text', 'x<ul><li>a</li></ul>y', 'x\n\n- a\n\ny'],
    ['divisions stand on lines of their own', '<div>a</div><div>b</div>', 'a\nb'],
    [
      'rows stand on lines, cells apart',
      '<table><tr><td>a</td><td>b</td></tr><tr><th>c</th><td>d</td></tr></table>',
      'a b\nc d',
    ],
  ])('%s', (_title, html, text) => {
    expect(toPlainText(html)).toBe(text);
  });

  test('a list in a list keeps every item on a line of its own', () => {
    const lines = toPlainText('<ul><li>a<ul><li>b</li><li>c</li></ul></li><li>d</li></ul>').split(/\n+/);
    expect(lines).toEqual(['- a', '- b', '- c', '- d']);
  });
});

describe('entities', () => {
  test.each([
    ['a &amp; b &lt;c&gt; &quot;d&quot;', 'a & b <c> "d"'],
    ['&sect;&nbsp;5 &mdash; &eacute;', '§ 5 — é'],
    ['&#65;&#x42;&#x1F5FC;', 'AB🗼'],
    ['&amp;lt;p&amp;gt;', '&lt;p&gt;'],
    ['&lt;script&gt;lamp&lt;/script&gt;', '<script>lamp</script>'],
    ['AT&T & lamp;', 'AT&T & lamp;'],
    ['&lampoil;', '&lampoil;'],
  ])('%s is %s', (html, text) => {
    expect(toPlainText(html)).toBe(text);
  });
});

describe('what is not for a reader is dropped', () => {
  test.each([
    ['a script', 'a<script>lamp("<p>oil</p>")</script>b', 'ab'],
    ['a style', '<style>p { color: red }</style>a', 'a'],
    ['the head of a page', '<html><head><title>Lamp</title><meta></head><body>a</body></html>', 'a'],
    ['a template', 'a<template><p>lamp</p></template>b', 'ab'],
    ['a script without an end', 'a<script>lamp', 'a'],
    ['a style without an end', 'a<style>p { }', 'a'],
    ['a script in capitals', 'a<SCRIPT>lamp</SCRIPT>b', 'ab'],
    ['a handler', '<p onclick="lamp()">a</p>', 'a'],
  ])('%s', (_title, html, text) => {
    expect(toPlainText(html).replace(/\s/g, '')).toBe(text);
  });

  test.each(['</script>a', '</style></head>a', '<p></script>a'])(
    'an end without a beginning hides nothing: %s',
    (html) => {
      expect(toPlainText(html)).toBe('a');
    },
  );
});

describe('broken HTML and text that is no HTML', () => {
  test.each([
    ['elements without an end', '<p>a<p>b<em>c', 'a\n\nbc'],
    ['ends in the wrong order', '<b>a<i>b</b>c</i>', 'abc'],
    ['an end without a beginning', 'a</p>b', 'a\n\nb'],
    ['a plain sentence', 'No lamp here.', 'No lamp here.'],
    ['a sign of comparison', '1 < 2 and 3 > 2', '1 < 2 and 3 > 2'],
    ['a sign before a number', 'I <3 lamps', 'I <3 lamps'],
    ['a sign at the end', 'a <', 'a <'],
    ['an ampersand at the end', 'a &', 'a &'],
    ['quotation marks', `"a" 'b'`, `"a" 'b'`],
  ])('%s', (_title, html, text) => {
    expect(toPlainText(html)).toBe(text);
  });

  test('words without signs of HTML stay, but for their white space', () => {
    fc.assert(
      fc.property(fc.array(fc.stringMatching(/^[^\s<&\0\ufeff]+$/u), { maxLength: 8 }), (words) => {
        expect(toPlainText(`  ${words.join(' \n')} `)).toBe(words.join(' '));
      }),
    );
  });

  test('whatever comes, the text has no white space around it, no wide gaps and no double spaces', () => {
    const piece = fc.constantFrom(
      '<p>',
      '</p>',
      '<br>',
      '<li>',
      '</ul>',
      '<td>',
      '<script>',
      '</script>',
      ' ',
      '\n',
      '&nbsp;',
      '<',
      '&',
      'lamp',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        const text = toPlainText(pieces.join(''));
        expect(text).toBe(text.trim());
        expect(text).not.toMatch(/\n{3}| {2}| \n|\n /);
      }),
    );
  });

  // Were the time to grow with the square of their number, these would take hours. Of elements that are open within each
  // other the parser itself keeps a list, which gets slow beyond this.
  test.each([
    ['<b> </b>', 500_000],
    ['&nbsp;', 500_000],
    ['<br>', 500_000],
    ['<li>', 500_000],
    ['</p>', 500_000],
    ['<div>', 50_000],
  ])('of %s any number is read: %d', (piece, count) => {
    expect(toPlainText(`a${piece.repeat(count)}b`)).toMatch(/^a[\s-]*b$/);
  });
});

test('what one text leaves open does not reach into the next', () => {
  for (const open of ['<script>a', '<ul><li>', 'a<br>', '<p title="', '&amp', '<!-- ', '<title>a']) {
    toPlainText(open);
    expect(toPlainText(' a <b>b</b>')).toBe('a b');
  }
});
