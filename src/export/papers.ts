import { renderPlural } from '../lib/layout.ts';
import { AUTHOR, SITE, toDataCitation } from './citation.ts';
import { FIRST_DAY } from './columns.ts';
import { toTitle } from './descriptor.ts';
import { type Export, describeSelection, listLeftOut, renderWithheld, toContentHash } from './manifest.ts';

/* The texts that go with an export: README.md, CITATION.cff and LICENSE.md. */

export function renderReadme(one: Export): string {
  const { run, tables, leftOut, format, isRaw, filters } = one;
  return `# ${toTitle(one)}

This folder has the state of a mirror of ${run.otherSource ?? SITE} after run ${run.id}, which ended at ${run.endedAt}. \`clearinghouse-mirror
${one.kind === 'delta' ? 'export --format delta' : one.kind}\` (version ${one.version}) wrote it in the format ${format}.
${
  run.otherSource === null
    ? ''
    : `
**The data are not the Clearinghouse's own**: they come from ${run.otherSource}.
`
}
${renderContents(isRaw, one.withoutTexts)}
${Object.entries(filters)
  .map(
    ([name, values]) =>
      `\nOnly cases whose \`${name}\` is ${values.map((value) => `\`${value}\``).join(' or ')}.\n`,
  )
  .join('')}
| table | rows | content |
| --- | ---: | --- |
${tables.map(({ table, rows }) => `| ${table.name} | ${rows} | ${table.description} |`).join('\n')}
${[...listLeftOut(leftOut), renderWithheld(one)]
  .filter((sentence) => sentence !== null)
  .map((sentence) => `\n${sentence}\n`)
  .join('')}
## Coverage

${renderCoverage(one)}

## How to read the tables

${renderReading(one)}

## Files

${one.kind === 'delta' ? DELTA_FILES : renderFiles(one)}
`;
}

const renderFiles = (one: Export): string => `- \`data/\`: the tables, in files with their names
${
  one.database === null
    ? ''
    : `- \`${one.database.path}\`: the same tables and the codebook in one SQLite database. It opens where nothing
  can be written: \`sqlite3 'file:${one.database.path}?immutable=1'\`. Before it was written, every check of the mirror passed.\n`
}- \`codebook.md\`, \`codebook.csv\`: what each column means, how often it is missing and which values it has
- \`datapackage.json\`: types, keys and hashes (Data Package 2.0)
- \`manifest.json\`: the run, counts, hashes of the content, and what no type can hold
- \`SHA256SUMS\`: \`sha256sum --check SHA256SUMS\` checks every file
- \`CITATION.cff\`, \`LICENSE.md\`: how to cite the data, and what to credit`;

const DELTA_FILES = `- \`tables/\`: a Delta table for each table, in a folder with its name
- \`manifest.json\`: the version of each table that has the state after a run (\`runs\`), counts and hashes of the content
- \`codebook.md\`, \`codebook.csv\`: what each column means, how often it is missing and which values it has after the last run
- \`CITATION.cff\`, \`LICENSE.md\`: how to cite the data, and what to credit

The folder can be moved and copied as a whole. Programs that tidy Delta tables keep earlier versions, unless they are told
to keep nothing.`;

const fence = (language: string, lines: readonly string[]): string =>
  ['```' + language, ...lines, '```'].join('\n');

/** What a person needs to open the files with common programs, on the example of the first table. */
function renderFormat({ format, tables }: Export): string {
  const [first] = tables;
  if (first === undefined) return 'There is no table.';
  const { name, columns } = first.table;
  const path = first.files[0]?.path ?? '';
  const lists = columns.filter(({ type }) => type === 'list').map((column) => column.name);
  const [list = null] = lists.includes('issues') ? ['issues'] : lists;
  const dates = columns.filter(({ type }) => type === 'date').map((column) => column.name);
  const keys =
    'A column such as `case_id` or `document_id` has the `id` of `cases` or `documents`; `datapackage.json` has all keys.';
  switch (format) {
    case 'csv': {
      const flags = ['keep_default_na=False', 'na_values=[""]', 'dtype_backend="numpy_nullable"'];
      const parsed = dates.length === 0 ? [] : [`parse_dates=${JSON.stringify(dates)}`];
      return `An empty field is NULL. A list is a text of JSON: \`["one","two"]\`. A boolean is \`true\` or \`false\`. ${keys} In pandas:

${fence('python', [
  'import json, pandas',
  '',
  `${name} = pandas.read_csv("${path}", ${[...flags, ...parsed].join(', ')})`,
  ...(list === null ? [] : [`${name}["${list}"] = ${name}["${list}"].map(json.loads)`]),
])}

Without these flags, pandas takes the text \`None\` for NULL, and years for fractions. The module \`csv\` of Python refuses long texts
before \`csv.field_size_limit(2**31 - 1)\`.`;
    }
    case 'ndjson':
      return `Each line is one JSON object. ${name === 'cases' ? 'A line of `cases.ndjson` is a whole case with the fields of the API, with its lists, dockets and entries, and with dates that may be impossible. ' : ''}${keys} In pandas:

${fence('python', ['import pandas', '', `${name} = pandas.read_json("${path}", lines=True, dtype=False, convert_dates=False)`])}`;
    case 'sqlite':
      return `The table \`codebook\` has the codebook. Dates are texts, booleans 0 and 1. A list is a text of JSON, which \`json_each\` splits. ${keys}

${fence('sql', [
  `-- sqlite3 data/clearinghouse.sqlite`,
  list === null
    ? `SELECT count(*) FROM ${name};`
    : `SELECT value, count(*) FROM ${name}, json_each(${name}.${list}) GROUP BY value ORDER BY 2 DESC LIMIT 10;`,
])}`;
    case 'xlsx':
      return `\`${path}\` opens in Excel, LibreOffice and the like. The sheet \`columns\` says what each column means. An empty cell is
NULL. The elements of a list are separated by semicolons; a cell that begins with \`[\` has a list as JSON. A day before ${FIRST_DAY} is a text,
because Excel has no such days. A text of more than 32,767 characters is cut, and its end says so. Nothing is a formula or a link.`;
    case 'parquet':
      return `Columns have types; a list is a list of texts. ${keys} In pandas with pyarrow, \`pandas.read_parquet("${path}")\`; in DuckDB:

${fence('sql', [
  list === null
    ? `SELECT count(*) FROM '${path}';`
    : `SELECT value, count(*) FROM (SELECT unnest(${list}) AS value FROM '${path}') GROUP BY value ORDER BY 2 DESC LIMIT 10;`,
])}`;
  }
}

/** How to read the tables, and what the folders of those mean that are split. */
function renderReading(one: Export): string {
  if (one.kind === 'delta') return renderDelta(one);
  const split = one.tables.flatMap(({ table: { name }, partition, files }) => {
    if (partition === null) return [];
    const { column, folder, size } = partition;
    const from = BigInt(/=(-?\d+)\//.exec(files[0]?.path ?? '')?.[1] ?? 0);
    const kind = one.format === 'ndjson' ? 'json' : one.format;
    return `The table \`${name}\` is split by \`${column}\`: the folder \`${folder}=${from}\` has the ids from ${from} to ${from + size - 1n}, and so on. In DuckDB:

${fence('sql', [
  `SELECT count(*) FROM read_${kind}('data/${name}/*/*.${one.format}', hive_partitioning = true, hive_types = {'${folder}': BIGINT})`,
  `WHERE ${folder} = ${from};`,
])}`;
  });
  const database =
    one.database === null
      ? []
      : [
          `All of these tables are also in one SQLite database, \`${one.database.path}\`, which \`sqlite3\` opens.`,
        ];
  return [renderFormat(one), ...split, ...database].join('\n\n');
}

function renderDelta({ run, tables }: Export): string {
  const name = tables[0]?.table.name ?? 'cases';
  return `Each export to this folder adds the state after a run. \`manifest.json\` says under \`runs\` which version of each table belongs
to it: read all tables of a question in the versions of one run. Without a version, a program reads the newest state. In Spark, with
the version from the manifest:

${fence('sql', [`SELECT count(*) FROM delta.\`tables/${name}\` VERSION AS OF <version>;`])}

In Python:

${fence('python', [
  'import json, deltalake',
  '',
  `versions = {run["run"]: run["tables"] for run in json.load(open("manifest.json"))["runs"]}`,
  `version = versions[${run.id}]["${name}"]["version"]`,
  `${name} = deltalake.DeltaTable("tables/${name}", version=version).to_pyarrow_table()`,
])}

A column such as \`case_id\` or \`document_id\` has the \`id\` of \`cases\` or \`documents\`. A column \`case_id_from\` or \`document_id_from\` is the
least id of a part of the table: a condition on it lets a program skip the others.`;
}

function renderContents(isRaw: boolean, withoutTexts: boolean): string {
  const texts = withoutTexts ? ' Summaries and the texts of documents are left out.' : '';
  if (isRaw)
    return `The values are those of the API, unchanged. Cases that have left the site (column \`departed\`) and records that the site does not show (column \`hidden\`) are included: do not publish them.${texts}`;
  return `Cases that have left the site, records that the site does not show, and impossible dates are left out.${texts}`;
}

function renderCoverage({ run, coverage }: Export): string {
  const { lists, linked_lists, linked_lists_read, cases_on_site, rejected_records } = coverage;
  const verdict =
    run.lacking === null
      ? `Run ${run.id} read every page of every list that it requested, and the counts matched.`
      : `**Not complete**: ${run.lacking}.`;
  const whole =
    cases_on_site === null ? '' : ` The site counted ${renderPlural(cases_on_site, 'case')} in all.`;
  return `${verdict}${whole} Of ${renderPlural(linked_lists, 'list')} of documents, dockets and resources, ${linked_lists_read} were read${linked_lists_read < linked_lists ? '; the others may\nhave records that are not here' : ''}. ${renderPlural(rejected_records, 'record')} of the API could not be read as a case.

| list of the site | cases | read completely by run |
| --- | ---: | ---: |
${lists.map(({ list, run: id, cases }) => `| ${list} | ${cases ?? ''} | ${id ?? 'none'} |`).join('\n')}`;
}

const quote = (text: string): string => `"${text.replaceAll(/["\\]/g, String.raw`\$&`)}"`;

/** The first characters of a hash, by which a reader can tell one content from another. */
const SHOWN_OF_HASH = 12;

export function renderCitation(one: Export): string {
  const { run } = one;
  const { title, author, institution, version, dataDay, url } = toDataCitation(run);
  const selection = describeSelection(one);
  const named = run.otherSource ?? `the ${AUTHOR}`;
  const abstract = [
    ...(selection === null ? [] : [`Not the whole data set; ${selection}.`]),
    ...(run.otherSource === null ? [] : [`The data are not from the ${AUTHOR}.`]),
    `content_sha256 in manifest.json begins with ${toContentHash(one).slice(0, SHOWN_OF_HASH)}.`,
  ].join(' ');
  return `cff-version: "1.2.0"
message: ${quote(`Please cite ${named} as the source of the data.`)}
type: dataset
title: ${quote(selection === null ? title : `${title} (${selection})`)}
abstract: ${quote(abstract)}
authors:
  - name: ${quote(`${author}, ${institution}`)}
version: ${quote(version)}
date-released: "${dataDay}"
url: "${url}"
license-url: "${url}"
keywords:
  - "civil rights"
  - "litigation"
  - "court dockets"
`;
}

export function renderLicense({ withoutTexts, run }: Export): string {
  const { author, institution, url } = toDataCitation(run);
  if (run.otherSource !== null)
    return `# License of the data

The data come from the ${author} (${url}), ${institution}. Ask there under which license they may be used.${withoutTexts ? ' Summaries and the texts of documents are not included.' : ''}

The program that wrote this folder does not license the data. Its own license, MIT, covers its code alone.
`;
  return `# License of the data

The data come from the ${author}, ${institution} (${url}). It asks to be credited or cited
whenever they are used. Its staff wrote the summaries, which are its property${withoutTexts ? '; they are not included' : ': ask it before you publish them'}. Docket entries
and court documents are public records.

The program that wrote this folder does not license the data. Its own license, MIT, covers its code alone.
`;
}
