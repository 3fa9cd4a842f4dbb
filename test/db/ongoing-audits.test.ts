import { describe, expect, test } from '@jest/globals';
import { countAudits } from '../../src/db/audits.ts';
import { openMirror } from '../../src/db/open-mirror.ts';
import { auditOf } from './audit-of.ts';
import { entriesOf } from './sound-case.ts';

describe('ongoing_yet_closed', () => {
  test('lists what is ongoing and has an end, with the date of the newest entry', async () => {
    const { listed, rows } = await auditOf('ongoing_yet_closed', {
      'with a date': [{ terminating_date: '2021-02-03' }, entriesOf('2020-01-01', '2024-05-06', null)],
      'with a year': [{ closing_year: 2021 }],
      'with year 0': [{ closing_year: 0 }],
      'with an empty date': [{ terminating_date: '' }],
      'with neither': [{}],
      'over, with a date': [{ case_ongoing: 'No', terminating_date: '2021-02-03' }],
      'long-dormant, with a year': [{ case_ongoing: 'Perhaps, but long-dormant', closing_year: 2021 }],
    });
    expect(listed).toEqual(['with a date', 'with a year']);
    expect(rows[0]).toEqual({
      case_id: 1,
      name: 'Alder v. Thimble County',
      url: 'https://clearinghouse.net/case/1',
      case_ongoing: 'Yes',
      terminating_date: '2021-02-03',
      closing_year: null,
      last_checked_date: '2029-05-06',
      last_entry_date: '2024-05-06',
    });
  });
});

describe('closed_without_date', () => {
  test('lists what is over and has no end; year 0 and an empty date are none', async () => {
    const { listed } = await auditOf('closed_without_date', {
      'with neither': [{ case_ongoing: 'No' }],
      'with year 0 and an empty date': [{ case_ongoing: 'No', closing_year: 0, terminating_date: '' }],
      'with a year': [{ case_ongoing: 'No', closing_year: 2021 }],
      'with a date': [{ case_ongoing: 'No', terminating_date: '2021-02-03' }],
      ongoing: [{}],
      unknown: [{ case_ongoing: 'Unknown' }],
    });
    expect(listed).toEqual(['with neither', 'with year 0 and an empty date']);
  });
});

describe('long_unchecked', () => {
  test('counts three years back from the newest run, and takes the filing of what was never checked', async () => {
    const never = { last_checked_date: null };
    const { listed } = await auditOf('long_unchecked', {
      'the day before': [{ last_checked_date: '2027-01-14T23:59:59-04:00' }],
      'the very day': [{ last_checked_date: '2027-01-15T00:00:00-04:00' }],
      'never, filed the day before': [{ ...never, filing_date: '2027-01-14', filing_year: 2027 }],
      'never, filed that day': [{ ...never, filing_date: '2027-01-15', filing_year: 2027 }],
      'never, filed the year before': [{ ...never, filing_date: null, filing_year: 2026 }],
      'never, filed that year': [{ ...never, filing_date: null, filing_year: 2027 }],
      'never, filed in year 0': [{ ...never, filing_date: null, filing_year: 0 }],
      'never, with an empty date': [{ last_checked_date: '', filing_date: '', filing_year: null }],
      over: [{ case_ongoing: 'No', last_checked_date: '2001-01-01T00:00:00-04:00' }],
      'long-dormant': [
        { case_ongoing: 'Perhaps, but long-dormant', last_checked_date: '2001-01-01T00:00:00-04:00' },
      ],
    });
    expect(listed).toEqual(['the day before', 'never, filed the day before', 'never, filed the year before']);
  });

  test('does not ask what the clock of this machine says', async () => {
    const { sync, runtime, rows, database } = await auditOf('long_unchecked', {
      'checked in 2029': [{}],
    });
    expect(rows).toEqual([]);
    const count = () => {
      const mirror = openMirror(database);
      const counted = countAudits(mirror).find(({ name }) => name === 'long_unchecked')?.count;
      mirror.close();
      return counted;
    };
    expect(count()).toBe(0);
    await runtime.sleep(3 * 366 * 86_400_000, new AbortController().signal);
    expect(count()).toBe(0);
    await sync();
    expect(count()).toBe(1);
  });
});

describe('without_name', () => {
  test('lists names that are null, empty or blank, but not what was removed on request', async () => {
    const { listed, database, read } = await auditOf('without_name', {
      null: [{ name: null }],
      empty: [{ name: '' }],
      blank: [{ name: '  ' }],
      named: [{ name: 'A' }],
    });
    expect(listed).toEqual(['null', 'empty', 'blank']);
    const mirror = openMirror(database);
    mirror.sqlite.exec('UPDATE cases SET mirror_redacted_run_id = 1 WHERE id = 2');
    mirror.close();
    expect(read(countAudits).find(({ name }) => name === 'without_name')?.count).toBe(2);
  });
});
