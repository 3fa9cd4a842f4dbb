import { type Citation, type CitedCase, type CitedDataSet, type CitedDate, AUTHOR } from './citation.ts';

/* A citation in each format. What Zotero, BibTeX and CSL make of each field is in docs/cite.md. */

export const CITATION_FORMATS = ['plain', 'bibtex', 'ris', 'csl-json'] as const;
export type CitationFormat = (typeof CITATION_FORMATS)[number];

/** One after another, as one file of the format. */
export function renderCitations(cited: readonly Citation[], format: CitationFormat): string {
  switch (format) {
    case 'plain':
      return cited.map((one) => `${toPlainCitation(one)}\n`).join('');
    case 'bibtex':
      return cited.map(renderBibtex).join('\n');
    case 'ris':
      return cited.map(renderRis).join('\r\n');
    case 'csl-json':
      return `${JSON.stringify(cited.map(toCsl), null, 2)}\n`;
  }
}

/** Months as the Bluebook writes them (T12). */
const MONTHS = [
  'Jan.',
  'Feb.',
  'Mar.',
  'Apr.',
  'May',
  'June',
  'July',
  'Aug.',
  'Sept.',
  'Oct.',
  'Nov.',
  'Dec.',
];

function toDateWords({ year, month, day }: CitedDate): string {
  return month === null ? String(year) : `${MONTHS[month - 1] ?? ''} ${day ?? ''}, ${year}`;
}

const toParts = (day: string): CitedDate => {
  const [year = 0, month = 0, date = 0] = day.split('-').map(Number);
  return { year, month, day: date };
};

/** What stands for the name of a case that has none. */
const toName = ({ name, id }: CitedCase): string => name ?? `[Case ${id}, without a name]`;

/** As the Bluebook cites a pending case: name, docket number, court and date, then where to read of it. */
export function toPlainCitation(cited: Citation): string {
  const data = [
    'data of ',
    toDateWords(toParts(cited.dataDay)),
    cited.note === null ? '' : `; ${cited.note}`,
  ];
  if (cited.kind === 'data set')
    return `${cited.author}, ${cited.institution}, ${cited.url} (${data.join('')}; ${cited.version}).`;
  const name = toName(cited);
  const rest = toPlainRest(cited);
  return `${[name, rest].filter(Boolean).join(rest.startsWith('(') ? ' ' : ', ')}, ${AUTHOR}, ${cited.url} (${data.join('')}).`;
}

/** Docket number, court and date: "No. 1:23-cv-00456 (D. Kan. filed Feb. 28, 2023)". */
function toPlainRest({ docketNumber, courtAbbreviation, filed }: CitedCase): string {
  const date = filed === null ? null : `filed ${toDateWords(filed)}`;
  const paren = [courtAbbreviation, date].filter((one) => one !== null).join(' ');
  return [docketNumber === null ? '' : withNo(docketNumber), paren === '' ? '' : `(${paren})`]
    .filter(Boolean)
    .join(' ');
}

/** "No." before a number that does not have it already. */
const withNo = (number: string): string =>
  /\b(?:no|nos|docket|number)\b/i.test(number) ? number : `No. ${number}`;

const SPECIAL: Readonly<Record<string, string>> = {
  '\\': '{\\textbackslash}',
  '~': '{\\textasciitilde}',
  '^': '{\\textasciicircum}',
  '{': '\\{',
  '}': '\\}',
};

/** Accents that BibTeX of 7 bits knows, by their combining character. */
const ACCENTS: Readonly<Record<string, string>> = {
  '\u0300': '`',
  '\u0301': "'",
  '\u0302': '^',
  '\u0303': '~',
  '\u0304': '=',
  '\u0306': 'u',
  '\u0307': '.',
  '\u0308': '"',
  '\u030a': 'r',
  '\u030b': 'H',
  '\u030c': 'v',
  '\u0327': 'c',
  '\u0328': 'k',
};

/** Letters and signs that are no letter with an accent. */
const LETTERS: Readonly<Record<string, string>> = {
  ß: '{\\ss}',
  ø: '{\\o}',
  Ø: '{\\O}',
  æ: '{\\ae}',
  Æ: '{\\AE}',
  œ: '{\\oe}',
  Œ: '{\\OE}',
  ł: '{\\l}',
  Ł: '{\\L}',
  ı: '{\\i}',
  '§': '{\\S}',
  '–': '--',
  '—': '---',
  '‘': '`',
  '’': "'",
  '“': '``',
  '”': "''",
  '…': '{\\ldots}',
  '\u00a0': '~',
};

/** A text as a value of BibTeX that every TeX reads. A character that TeX has no command for stays as UTF-8. */
function toTex(text: string): string {
  return text
    .normalize('NFC')
    .replace(/[\\~^{}]/g, (character) => SPECIAL[character] ?? character)
    .replace(/[&%#$_]/g, String.raw`\$&`)
    .replace(/[^\x20-\x7e]/gu, (character) => LETTERS[character] ?? toAccent(character));
}

function toAccent(character: string): string {
  const [letter = '', accent = '', ...more] = character.normalize('NFD');
  const command = ACCENTS[accent];
  if (command === undefined || more.length > 0 || !/^[A-Za-z]$/.test(letter)) return character;
  // A dotless i or j carries the accent.
  const base = letter === 'i' || letter === 'j' ? `\\${letter}` : letter;
  return /[a-zA-Z]/.test(command)
    ? `{\\${command}{${base}}}`
    : `{\\${command}${base.startsWith('\\') ? `{${base}}` : base}}`;
}

/** Braces around a value keep its capitals. */
const braced = (text: string): string => `{${toTex(text)}}`;

const renderEntry = (
  type: string,
  key: string,
  fields: readonly (readonly [string, string | null])[],
): string =>
  [
    `@${type}{${key},`,
    ...fields.flatMap(([name, value]) => (value === null ? [] : [`  ${name} = {${value}},`])),
    '}',
    '',
  ].join('\n');

function renderBibtex(cited: Citation): string {
  const note = cited.note === null ? '' : `; ${cited.note}`;
  const accessed = toDateWords(toParts(cited.dataDay));
  if (cited.kind === 'data set') {
    const { year, month } = toParts(cited.dataDay);
    return renderEntry('misc', cited.key, [
      ['author', braced(cited.author)],
      ['title', braced(cited.title)],
      ['year', String(year)],
      ['month', String(month)],
      ['howpublished', 'Data set'],
      ['publisher', toTex(cited.institution)],
      ['version', toTex(cited.version)],
      ['url', cited.url],
      ['urldate', cited.dataDay],
      ['note', toTex(`Data of ${accessed}${note}; ${cited.version}`)],
    ]);
  }
  const { filed } = cited;
  const rest = toPlainRest(cited);
  return renderEntry('jurisdiction', cited.key, [
    ['title', braced(toName(cited))],
    ['number', cited.docketNumber === null ? null : toTex(cited.docketNumber)],
    ['court', cited.court === null ? null : toTex(cited.court)],
    ['institution', cited.court === null ? null : toTex(cited.court)],
    ['year', filed === null ? null : String(filed.year)],
    ['month', filed?.month == null ? null : String(filed.month)],
    ['date', filed === null ? null : toIsoDate(filed)],
    ['url', cited.url],
    ['urldate', cited.dataDay],
    ['note', toTex(`${rest === '' ? '' : `${rest}. `}${AUTHOR} (data of ${accessed}${note})`)],
  ]);
}

const toIsoDate = ({ year, month, day }: CitedDate): string =>
  [
    String(year).padStart(4, '0'),
    ...[month, day].flatMap((part) => (part === null ? [] : [String(part).padStart(2, '0')])),
  ].join('-');

/** Lines of RIS end with CRLF. A date stands in `DA` alone, because two tags of dates compete. */
function renderRis(cited: Citation): string {
  const data = `Data of ${cited.dataDay}${cited.note === null ? '' : `; ${cited.note}`}`;
  const slashed = (date: CitedDate): string => toIsoDate(date).replaceAll('-', '/');
  const tags: readonly (readonly [string, string | null])[] =
    cited.kind === 'data set'
      ? [
          ['TY', 'DATA'],
          ['TI', cited.title],
          ['AU', cited.author],
          ['PB', cited.institution],
          ['ET', cited.version],
          ['DA', slashed(toParts(cited.dataDay))],
          ['UR', cited.url],
          ['Y2', slashed(toParts(cited.dataDay))],
          ['N1', data],
          ['ID', cited.key],
        ]
      : [
          ['TY', 'CASE'],
          ['TI', toName(cited)],
          ['SV', cited.docketNumber],
          ['PB', cited.court],
          ['DA', cited.filed === null ? null : slashed(cited.filed)],
          ['DB', AUTHOR],
          ['UR', cited.url],
          ['Y2', slashed(toParts(cited.dataDay))],
          ['N1', data],
          ['ID', cited.key],
        ];
  return [...tags, ['ER', ''] as const]
    .flatMap(([tag, value]) => (value === null ? [] : [`${tag}  - ${value}\r\n`]))
    .join('');
}

const toDateParts = ({ year, month, day }: CitedDate) => ({
  'date-parts': [[year, month, day].filter((part) => part !== null)],
});

function toCsl(cited: CitedCase | CitedDataSet): object {
  const own = {
    id: cited.key,
    URL: cited.url,
    accessed: toDateParts(toParts(cited.dataDay)),
    note: `Data of ${cited.dataDay}${cited.note === null ? '' : `; ${cited.note}`}`,
  };
  if (cited.kind === 'data set')
    return {
      type: 'dataset',
      title: cited.title,
      author: [{ literal: cited.author }],
      publisher: cited.institution,
      version: cited.version,
      issued: toDateParts(toParts(cited.dataDay)),
      ...own,
    };
  return {
    type: 'legal_case',
    title: toName(cited),
    ...(cited.docketNumber !== null && { number: cited.docketNumber }),
    ...(cited.court !== null && { authority: cited.court }),
    ...(cited.filed !== null && { issued: toDateParts(cited.filed) }),
    source: AUTHOR,
    ...own,
  };
}
