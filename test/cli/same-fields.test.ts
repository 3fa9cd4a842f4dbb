import { describe, expect, test } from '@jest/globals';
import { Writable } from 'node:stream';
import { loadProgram } from '../../src/cli/main.ts';
import { inventCollection, type CaseCollection } from '../../fake-api/collection/collection.ts';
import { runCli } from '../support/command-line.ts';
import { makeCase, makeDocket, makeEntry } from '../support/make-case.ts';
import { shareHistory } from '../support/shared-history.ts';

/** Every command that has --format, in each of its forms. */
const COMMANDS: string[][] = [
  ['query', 'SELECT id, name, NULL AS absent FROM cases'],
  ['changes', '--since', '1'],
  ['activity'],
  ['search', 'order'],
  ['transitions', '--list'],
  ['transitions'],
  ['departed'],
  ['coverage'],
  ['audit'],
  ['audit', 'without_name'],
];

/** Fields that the JSON of `changes` has only for records of linked lists. This history has no such records. */
const OF_LINKED_RECORDS = ['date', 'id', 'key', 'kind', 'title', 'type'].map((part) => `record_${part}`);

/** The fields of the first line of CSV or TSV; no name of a field needs quotes. */
const readHeading = (text: string, delimiter: string): string[] =>
  (text.split('\n')[0] ?? '').split(delimiter);

describe('the fields are the same in every format', () => {
  const entry = (description: string) => makeEntry({ id: 5, description });
  const withEntry = (...entries: ReturnType<typeof makeEntry>[]) => makeDocket({ docket_entries: entries });
  const toSource = () => {
    const source = inventCollection({ size: 20 });
    source.put(makeCase({ id: 7, name: null, main_docket: withEntry(entry('Before')) }));
    source.put(makeCase({ id: 8 }));
    return source;
  };
  const edit = (source: CaseCollection) => {
    const added = makeEntry({ id: 6, description: 'New' });
    source.edit(7, (record) => ({
      ...record,
      main_docket: withEntry(entry('After'), added),
      vault: { title: 'It is not shown' },
    }));
    source.remove(8);
    source.advance({ changed: 3, statusMoves: 2, inserted: 2 });
  };
  const share = shareHistory(() => ({ source: toSource(), edits: [edit] }));
  const start = async () => {
    const { database } = await share();
    return (...args: string[]) => runCli(args, { env: { CLEARINGHOUSE_DATABASE: database } });
  };

  test.each(COMMANDS.map((args) => [args]))('of %j', async (args) => {
    const run = await start();
    const lines = (await run(...args, '--json')).stdout.trimEnd().split('\n');
    const objects = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(objects.length).toBeGreaterThan(0);
    expect((await run(...args, '--format', 'ndjson')).stdout.trimEnd().split('\n')).toEqual(lines);
    expect(JSON.parse((await run(...args, '--format', 'json')).stdout)).toEqual(objects);
    // Without --list, the JSON of transitions is one object with two lists, and the rows are those of the first.
    const rows =
      args.join() === 'transitions' ? (objects[0]?.transitions as Record<string, unknown>[]) : objects;
    const others = args[0] === 'changes' ? OF_LINKED_RECORDS : [];
    const fields = [...new Set([...others, ...rows.flatMap((row) => Object.keys(row))])].sort();
    for (const [format, delimiter] of [
      ['csv', ','],
      ['tsv', '\t'],
    ] as const) {
      const { stdout } = await run(...args, '--format', format);
      expect([format, readHeading(stdout, delimiter).sort()]).toEqual([format, fields]);
    }
    const excel = (await run(...args, '--excel')).stdout.replace('\ufeff', '').replaceAll('\r', '');
    expect(readHeading(excel, ',').sort()).toEqual(fields);
    const markdown = (await run(...args, '--format', 'markdown')).stdout;
    expect(markdown).not.toBe('');
  });

  test('and this test covers every command that has formats', async () => {
    const out = Object.assign(new Writable(), { isTTY: false });
    const program = await loadProgram({ stdout: out, stderr: out } as never);
    const withFormats = program.commands
      .filter(({ options }) => options.some(({ long }) => long === '--format'))
      .filter((one) => !['export', 'release', 'cite'].includes(one.name())) // whole tables, and one citation: no rows
      .map((one) => one.name());
    expect([...new Set(COMMANDS.map(([name]) => name))].sort()).toEqual(withFormats.sort());
  });
});
