// Draws cases by year with Observable Plot. Run: npm install @observablehq/plot linkedom, then
// node plot_with_observable.mjs clearinghouse-csv cases.svg
import { readFileSync, writeFileSync } from 'node:fs';
import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';

const [folder, target] = process.argv.slice(2);
const { resources } = JSON.parse(readFileSync(`${folder}/datapackage.json`, 'utf8'));
const { fields } = resources.find(({ name }) => name === 'cases').schema;

/** The fields of a CSV file by RFC 4180: a line break or a comma inside quotation marks is part of the text. */
function* readRows(text) {
  const cell = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|$)/g;
  for (let row = [], match; (match = cell.exec(text)) && (match[0] !== '' || row.length > 0);) {
    row.push(match[1] === undefined ? match[2] || null : match[1].replaceAll('""', '"'));
    if (match[3] === ',') continue;
    yield row;
    row = [];
  }
}

// Types are those of the descriptor. A number beyond 2^53 needs BigInt, and a day is no instant of a time zone.
const CONVERT = {
  integer: (text) => (Number.isSafeInteger(Number(text)) ? Number(text) : BigInt(text)),
  boolean: (text) => text === 'true',
  array: (text) => JSON.parse(text),
};
const [, ...rows] = readRows(readFileSync(`${folder}/data/cases.csv`, 'utf8'));
const cases = rows.map((row) =>
  Object.fromEntries(
    fields.map(({ name, type }, at) => [name, row[at] === null ? null : (CONVERT[type] ?? String)(row[at])]),
  ),
);

const manifest = JSON.parse(readFileSync(`${folder}/manifest.json`, 'utf8'));
if (cases.length !== manifest.tables.cases.rows) throw new Error(`${cases.length} cases were read.`);
const filed = cases.filter(({ filing_date }) => filing_date !== null);
const { document } = parseHTML('<html></html>');
const chart = Plot.plot({
  document,
  x: { label: 'year of filing', tickFormat: 'd' },
  y: { label: 'cases', grid: true },
  marks: [
    Plot.rectY(
      filed,
      Plot.binX({ y: 'count' }, { x: ({ filing_date }) => Number(filing_date.slice(0, 4)), interval: 1 }),
    ),
  ],
});
writeFileSync(target, chart.outerHTML);
console.log(
  JSON.stringify({ engine: `Observable Plot ${Plot.version}`, cases: cases.length, filed: filed.length }),
);
