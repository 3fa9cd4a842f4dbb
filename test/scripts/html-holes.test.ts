import { expect, test } from '@jest/globals';
import { type Expression, listFaults } from '../../scripts/lint/html-holes.js';

const name = (text: string): Expression => ({ type: 'Identifier', name: text });
const call = (text: string): Expression => ({ type: 'CallExpression', callee: { name: text } });
const TEXT = name('text');

/** The faults of a template that is written as one. */
const faultsOf = (texts: TemplateStringsArray, ...expressions: readonly Expression[]): string[] =>
  listFaults(texts, expressions).map(({ message }) => message);

test.each([
  ['text of an element', faultsOf`<p>${TEXT}</p>`],
  ['quoted values', faultsOf`<p class="${TEXT}" id="a-${TEXT}">${TEXT}</p>`],
  ['a checked address', faultsOf`<a href="${call('toHref')}">${TEXT}</a>`],
  ['an address that was checked before', faultsOf`<a href="${name('href')}">${TEXT}</a>`],
  ['nothing but holes', faultsOf`${TEXT}${TEXT}`],
  [
    'signs in a text',
    faultsOf`<!doctype html>
      <p>a > b "${TEXT}"</p>`,
  ],
  ['an attribute without a value', faultsOf`<input value="${TEXT}" disabled /> ${TEXT}`],
])('%s may have holes', (_, faults) => {
  expect(faults).toEqual([]);
});

test.each([
  ['a value without quotation marks', faultsOf`<p class=${TEXT}>a</p>`, 'quotation marks'],
  ['the end of such a value', faultsOf`<p class=a${TEXT}>a</p>`, 'quotation marks'],
  ['a tag', faultsOf`<p ${TEXT}>a</p>`, 'not in a tag'],
  ['the name of an element', faultsOf`<${TEXT}>a</p>`, 'names an element'],
  ['the name of a closing tag', faultsOf`<p>a</${TEXT}>`, 'not in a tag'],
  ['a comment', faultsOf`<!-- ${TEXT} -->`, 'not in a tag or a comment'],
  ['an address that nobody checked', faultsOf`<a href="${name('address')}">a</a>`, 'toHref'],
  ['a part of an address', faultsOf`<a href="/cases/${call('toHref')}${TEXT}">a</a>`, 'toHref'],
  ['the target of a form', faultsOf`<form action="${name('address')}">a</form>`, 'toHref'],
  ['a script in an attribute', faultsOf`<p onclick="x(${TEXT})">a</p>`, 'blocks onclick'],
  ['a style in an attribute', faultsOf`<p style="color:red">a</p>`, 'blocks style'],
  [
    'a script',
    faultsOf`<script>
      ${TEXT};
    </script>`,
    '<script>',
  ],
  [
    'a style',
    faultsOf`<style>
      a
    </style>`,
    '<style>',
  ],
  ['a frame', faultsOf`<iframe src="${call('toHref')}"></iframe>`, '<iframe>'],
  ['a template that is not finished', faultsOf`<p class="${TEXT}`, 'ends inside'],
])('%s is refused', (_, faults, expected) => {
  expect(faults.join(' ')).toContain(expected);
});
