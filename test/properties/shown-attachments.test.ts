import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ATTACHMENT_FIELDS } from '../../src/api/payload.ts';
import { showRecord } from '../../src/case/shown-fields.ts';
import { openSqlite } from '../../src/db/engine.ts';
import type { JsonValue } from '../../src/lib/json.ts';
import { SHOWN_ATTACHMENTS } from '../../src/web/lists/shown-attachments.ts';
import { anyCharacter } from '../support/once/any-character.ts';

const sqlite = openSqlite(':memory:');
const ask = sqlite
  .prepare<[string], string>(`SELECT ${SHOWN_ATTACHMENTS} FROM (SELECT ? AS attachments)`)
  .pluck();

/** What the SQL of a docket shows, and what the rule of all other commands does. */
function compare(attachments: readonly JsonValue[]): { readonly bySql: unknown; readonly byRule: unknown } {
  const stored = JSON.stringify(attachments);
  const shown = showRecord('docket_entry', { attachments: JSON.parse(stored) as JsonValue });
  return { bySql: JSON.parse(ask.get(stored) ?? ''), byRule: JSON.parse(JSON.stringify(shown.attachments)) };
}

const pieces = [
  'nonpublic',
  'NonPublic',
  '%6E',
  '%6fn',
  '%256e',
  '%%36e',
  '%2F',
  '/',
  '\\',
  '?',
  '=',
  ' ',
  '\t',
  '\u00A0',
  '"',
  '%00',
  '\0',
];
const address = fc
  .array(
    fc.oneof(
      fc.constantFrom(...pieces, 'onpublic', 'https://example.org/'),
      fc.string({ unit: anyCharacter, maxLength: 3 }),
    ),
    { maxLength: 6 },
  )
  .map((parts) => parts.join(''));
const plain: fc.Arbitrary<JsonValue> = fc.oneof(
  address,
  fc.integer(),
  fc.boolean(),
  fc.constantFrom(null, '', ' \u2003', 0.5, -1e21),
);
const value = fc.oneof(
  { weight: 4, arbitrary: plain },
  fc.array(plain, { maxLength: 3 }),
  fc.array(fc.jsonValue({ maxDepth: 2 }), { maxLength: 2 }) as fc.Arbitrary<JsonValue>,
  fc.constantFrom<JsonValue>({}, [], [[]], { title: 'Vault' }),
);
const name = fc.oneof(
  fc.constantFrom(...Object.keys(ATTACHMENT_FIELDS)),
  fc.constantFrom('scan', 'a "b".c', '__proto__', ''),
  fc.string({ unit: anyCharacter, maxLength: 4 }),
);
const attachment = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.dictionary(name, value, { maxKeys: 4, noNullPrototype: true }) as fc.Arbitrary<JsonValue>,
  },
  value,
);

test('the SQL of a docket shows of any attachment what every other command shows', () => {
  fc.assert(
    fc.property(fc.array(attachment, { maxLength: 3 }), (attachments) => {
      const { bySql, byRule } = compare(attachments);
      expect(bySql).toEqual(byRule);
    }),
    { seed: 1, numRuns: 1500 },
  );
});
