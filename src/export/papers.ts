import { renderPlural } from '../lib/layout.ts';
import { SITE, TITLE, toDataVersion } from './descriptor.ts';
import type { Export } from './manifest.ts';

/* The texts that go with an export: README.md, CITATION.cff and LICENSE.md. */

const PUBLISHER = 'Civil Rights Litigation Clearinghouse, University of Michigan Law School';

export function renderReadme(one: Export): string {
  const { run, tables, leftOut, format, isRaw, filters } = one;
  return `# ${TITLE}

This folder has the state of a mirror of ${SITE} after run ${run.id}, which ended at ${run.endedAt}. \`clearinghouse-mirror
export\` (version ${one.version}) wrote it in the format ${format}.

${renderContents(isRaw, one.withoutTexts)}
${Object.entries(filters)
  .map(([name, values]) => `\nOnly cases with ${name}: ${values.join(', ')}.\n`)
  .join('')}
| table | rows | content |
| --- | ---: | --- |
${tables.map(({ table, rows }) => `| ${table.name} | ${rows} | ${table.description} |`).join('\n')}
${leftOut.map(({ table, why }) => `\nThe table ${table} is not included: ${why}.\n`).join('')}
## Coverage

${renderCoverage(one)}

## Files

- \`data/\`: the tables, in files with their names
- \`codebook.md\`, \`codebook.csv\`: what each column means, how often it is missing and which values it has
- \`datapackage.json\`: types, keys and hashes (Data Package 2.0)
- \`manifest.json\`: the run, counts, hashes of the content, and what no type can hold
- \`SHA256SUMS\`: \`sha256sum --check SHA256SUMS\` checks every file
- \`CITATION.cff\`, \`LICENSE.md\`: how to cite the data, and what to credit
`;
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
  return `${verdict}${whole} Of ${linked_lists} lists of documents, dockets and resources, ${linked_lists_read} were read; the others may
have records that are not here. ${renderPlural(rejected_records, 'record')} of the API could not be read as a case.

| list of the site | cases | read completely by run |
| --- | ---: | ---: |
${lists.map(({ list, run: id, cases }) => `| ${list} | ${cases ?? ''} | ${id ?? 'none'} |`).join('\n')}`;
}

const quote = (text: string): string => `"${text.replaceAll(/["\\]/g, String.raw`\$&`)}"`;

export function renderCitation(one: Export): string {
  return `cff-version: "1.2.0"
message: "Please cite the Civil Rights Litigation Clearinghouse as the source of the data."
type: dataset
title: ${quote('Civil Rights Litigation Clearinghouse')}
authors:
  - name: ${quote(PUBLISHER)}
version: ${quote(toDataVersion(one))}
date-released: "${one.run.endedAt.slice(0, 10)}"
url: "${SITE}"
license-url: "${SITE}"
keywords:
  - "civil rights"
  - "litigation"
  - "court dockets"
`;
}

export function renderLicense({ withoutTexts }: Export): string {
  return `# License of the data

The data come from the ${PUBLISHER} (${SITE}). It asks to be credited or cited
whenever they are used. Its staff wrote the summaries, which are its property${withoutTexts ? '; they are not part of this export' : ': ask it before you publish them'}. Docket entries
and court documents are public records.

The program that wrote this folder does not license the data. Its own license, MIT, covers its code alone.
`;
}
