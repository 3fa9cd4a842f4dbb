/** Where an assumption comes from. */
export const SOURCES = {
  documented: 'the reference of the API says so',
  seen: 'recorded responses of the API show it',
  peers: 'other programs that read the API rely on it or handle it',
  guessed: 'no source says it',
} as const;

export interface Assumption {
  /** What it is about. */
  readonly subject: string;
  /** What the program relies on. */
  readonly assumed: string;
  readonly source: readonly (keyof typeof SOURCES)[];
  /** What goes wrong if the assumption is wrong. */
  readonly breaks: string;
  /** How the program detects that. */
  readonly detection: string;
}

/** The assumptions about what lists contain. */
export const ASSUMPTIONS_ABOUT_RECORDS = {
  A30: {
    subject: 'The fields of a case, their names and types',
    assumed: 'As in recorded responses. Any field can be null.',
    source: ['documented', 'seen'],
    breaks: 'A column stays empty, or a query misses values.',
    detection:
      'Each difference is a row of `schema_drift`, and `status` shows it. The mirror keeps the value in any case.',
  },
  A31: {
    subject: 'A record without an integer `id`',
    assumed: 'It cannot be a case.',
    source: ['seen'],
    breaks: 'A case is missing.',
    detection: '`rejected_records` keeps it byte for byte. The list is `partial`.',
  },
  A32: {
    subject: 'Are ids reused?',
    assumed: 'No.',
    source: ['guessed'],
    breaks: 'The histories of two cases become one.',
    detection: 'If a case comes back after it left, it is recorded as returned, with every difference.',
  },
  A33: {
    subject: 'Can a case leave the public site?',
    assumed:
      'Yes. If a complete list sync no longer contains a case, the program looks it up by id. "No results" means that it has left the site. The program marks it as departed and does not delete it.',
    source: ['guessed'],
    breaks: 'A case counts as departed although it is on the site.',
    detection:
      '`departed` lists it. If a larger share than `--max-departures` disappears at once, the run is `suspicious` (exit code 7).',
  },
  A34: {
    subject: 'The docket inside a case',
    assumed: '`main_docket` holds every entry of the main docket, however many there are.',
    source: ['seen'],
    breaks: 'Docket entries are missing.',
    detection:
      'The list of dockets has the main docket again. A difference between the two copies is on record.',
  },
  A35: {
    subject: 'Are ids of docket entries unique within a docket?',
    assumed: 'Usually. A second entry with the same id gets a key that the mirror assigns.',
    source: ['seen', 'guessed'],
    breaks: 'Changes of such entries are told less clearly.',
    detection: '`docket_entries.mirror_key` is negative for such an entry.',
  },
  A36: {
    subject: 'Does the order of lists inside a record carry meaning?',
    assumed: 'No.',
    source: ['guessed'],
    breaks: 'A new order alone is not a change.',
    detection: '– ([decision 2](decisions/0002-order-carries-no-meaning.md))',
  },
  A37: {
    subject: 'Numbers beyond 2^53, numbers with more digits than a JavaScript number holds, `1e400` or `-0`',
    assumed:
      'They do not occur. JavaScript rounds the first two and turns the third into `null` and the fourth into `0`. `1.0` and `1e2` are the numbers 1 and 100: the mirror does not keep how a number is written.',
    source: ['seen'],
    breaks: 'A number is inexact.',
    detection:
      'The case is stored as parsed, and its original bytes go to `rejected_records`. The list is `partial` with `RECORDS_REJECTED`.',
  },
  A38: {
    subject: 'A name twice in one object',
    assumed: 'It does not occur. JSON does not define what it means; the last one counts.',
    source: ['seen'],
    breaks: 'A value is lost.',
    detection:
      'The case is stored as parsed, and its original bytes go to `rejected_records`. The list is `partial` with `RECORDS_REJECTED`. If a page has `results` twice, it is unreadable.',
  },
  A39: {
    subject: 'Records nested more than 1,500 levels deep',
    assumed: 'They do not occur. The program could parse them, but neither compare nor write them.',
    source: ['seen'],
    breaks: 'Such a record is missing.',
    detection: '`rejected_records` keeps the original bytes of such a record. The list is `partial`.',
  },
  A40: {
    subject: 'The lists of one case',
    assumed:
      '`cases/ID/documents/`, `cases/ID/dockets/` and `cases/ID/resources/` are lists of that case alone.',
    source: ['documented', 'peers'],
    breaks: 'Documents, further dockets and resources are missing.',
    detection:
      'A list that cannot be read is on record, with its error code. One list that comes for many cases is a doubt that a later run must confirm.',
  },
  A41: {
    subject: 'The envelope of a list of one case',
    assumed:
      'The envelope of the lists of cases, with or without `count`, or a bare list, which is one whole page. `next` may hold an opaque cursor in place of a page number.',
    source: ['documented', 'peers'],
    breaks: 'The list cannot be read.',
    detection: '`RESPONSE_UNEXPECTED`. The form that came is on record.',
  },
  A42: {
    subject: 'A list of one case without items',
    assumed: 'Status 200 with `[]` or empty `results`, a 400 "No results", or a 404.',
    source: ['documented', 'guessed'],
    breaks: '"None" is taken for a failure, or a failure for "none".',
    detection:
      'The form that came is on record. Where items were known, an empty answer is a doubt that a later run must confirm.',
  },
  A43: {
    subject: 'The order of a list of one case',
    assumed: 'It carries no meaning: ids in descending order are not dates in descending order.',
    source: ['seen'],
    breaks: 'Nothing. A list is read to its end every time.',
    detection: '–',
  },
  A44: {
    subject: 'The list of all documents, `documents/`',
    assumed:
      'It may not be offered, and a document may not name its case. The program reads the list of each case; a list of all documents that agrees with these only decides which are read first.',
    source: ['documented', 'peers'],
    breaks: 'Nothing. A round over all cases takes more requests than it could.',
    detection:
      'A linked pass asks about every 30 days, and `status` shows the answer. `doctor --probe` requests its first page.',
  },
  A45: {
    subject: 'A document',
    assumed:
      'Its integer `id` is its own in the whole collection, and it may be in the lists of several cases. Its fields are those of recorded responses.',
    source: ['documented', 'seen'],
    breaks: 'Two documents become one, or a column stays empty.',
    detection:
      'Each difference in fields is a row of `schema_drift`. A record without an id goes to `rejected_records`.',
  },
  A46: {
    subject: 'Documents that are not for readers',
    assumed:
      'Their `document_status` is one that is not known to be public, or their file is below `nonpublic/`, or every field is empty.',
    source: ['seen'],
    breaks: 'A document is shown that is not public.',
    detection: 'A status that is not known counts as not public.',
  },
  A47: {
    subject: 'The dockets of a case',
    assumed:
      'They are like `main_docket`, with their entries inside, and the main docket is one of them, with the same `id`.',
    source: ['documented', 'peers'],
    breaks: 'The main docket is stored twice, or entries are missing.',
    detection: 'A difference between the two copies is on record.',
  },
  A48: {
    subject: 'A resource',
    assumed:
      'It has no `id`, and may belong to several cases. It is known by its content, and an edited one by its title and address.',
    source: ['documented'],
    breaks: 'An edited resource counts as a new one.',
    detection: 'Each difference in fields is a row of `schema_drift`.',
  },
  A49: {
    subject: 'The text of a document',
    assumed:
      '`documents/ID/text/` answers `{"id": ID, "text": "..."}`. A `text` that is null or blank is no text, and a 404 says that none is offered. Anything else is a failure.',
    source: ['documented'],
    breaks: 'No text can be fetched.',
    detection: 'The outcome of each text is on record.',
  },
  A50: {
    subject: 'Addresses inside a record: `case_documents_url`, `text_url` and others',
    assumed:
      'They may name another host or another version of the API. The program stores them and follows none: it builds each address from an id.',
    source: ['seen', 'peers'],
    breaks: 'The token could go to another host, or records could come in another form.',
    detection: '`doctor --probe` compares them with the addresses that it builds.',
  },
  A51: {
    subject: 'Does a text change without its document?',
    assumed:
      'Yes, if it is made anew. The program requests a text again when its document changes, and otherwise after a year.',
    source: ['peers'],
    breaks: 'An old text stays in the mirror for a year.',
    detection: '–',
  },
  A52: {
    subject: 'Huge lists and texts: a list of one case of more than 64 MB, or a text of more than 16 MB',
    assumed:
      'They do not occur: the longest known list has 405 documents, the longest text 1.4 million characters.',
    source: ['seen', 'peers'],
    breaks: 'Such a list or text is missing.',
    detection: 'The list ends with `RESPONSE_TOO_LARGE`. The outcome of the text is `too_large`.',
  },
  A53: {
    subject: 'Can a record leave the list of a case?',
    assumed:
      'Yes. It has left it if two complete reads in two runs do not contain it. One that comes back is in the list again.',
    source: ['guessed'],
    breaks: 'A record counts as gone although it is on the site.',
    detection:
      'The link of the case to the record names the run in which it ended. A list that turns empty is a doubt.',
  },
  A54: {
    subject: 'Does a case change when one of its lists does?',
    assumed:
      'Not always. The lists of new and changed cases are read first, and every other list in its turn, over some nights.',
    source: ['peers', 'guessed'],
    breaks: 'Nothing. What was added to the list of an unchanged case is found some nights later.',
    detection: 'The age of each list is on record, and `status` shows the oldest.',
  },
} as const satisfies Readonly<Record<`A${number}`, Assumption>>;
