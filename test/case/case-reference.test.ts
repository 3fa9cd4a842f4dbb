import { describe, expect, test } from '@jest/globals';
import { isSameDocket, parseCaseReference, parseDocketNumber } from '../../src/case/reference.ts';

describe('a case is named by', () => {
  test.each([
    '10002',
    '#10002',
    'case 10002',
    'clearinghouse.net/case/10002',
    'https://clearinghouse.net/case/10002/',
    'http://www.clearinghouse.net/case/10002?tab=docket#top',
    '<https://clearinghouse.net/case/10002>',
    'HTTPS://CLEARINGHOUSE.NET/case/10002/some-name/',
    'https://clearinghouse.net/api/v2p1/cases/?case_id=10002',
    'https://clearinghouse.net/api/v2p1/cases/10002/documents/',
  ])('%s', (text) => {
    expect(parseCaseReference(text)).toEqual({ kind: 'id', id: 10002 });
  });

  test.each([
    'https://clearinghouse.example/case/10002',
    'clearinghouse.net/cases',
    'clearinghouse.net/case/10002x',
    '12.5',
  ])('nothing that %j could be taken for', (text) => {
    expect(parseCaseReference(text).kind).not.toBe('id');
  });

  test.each([
    'https://clearinghouse.net/case/10002 https://clearinghouse.net/case/10003',
    'https://clearinghouse.net/case/10002\nhttps://clearinghouse.net/case/10003',
    '<https://clearinghouse.net/case/10002> nonsense',
    'nonsense clearinghouse.net/case/10002',
  ])('one link alone, and not by %j', (text) => {
    expect(parseCaseReference(text)).toEqual({
      kind: 'none',
      why: 'It has a link to a case and more: name one case at a time.',
    });
  });
});

test.each([
  'https://clearinghouse.net/doc/22016',
  'clearinghouse.net/doc/22016/?from=search',
  'https://clearinghouse.net/api/v2p1/documents/22016/text/',
])('the link %s is that of a document, not of a case', (text) => {
  expect(parseCaseReference(text)).toEqual({ kind: 'document', id: 22016 });
});

describe('a docket number', () => {
  const same = [
    '4:19-cv-00123',
    '4:19-cv-123',
    '4:19cv123',
    '4:19-CV-00123-ABC-DE',
    '4:19-cv-00123-ABC ',
    '19-cv-123',
    '19 Civ. 123',
    '19 CV 123',
    '2019-cv-00123',
    'CV-19-00123',
    'C 19-123',
    '19-123',
    'No. 4:19-cv-00123',
    'Case No. 4:19-cv-00123 (ABC)',
    'Civ. A. No. 19-123',
    'civil action no. 4:19–cv–00123',
    'Docket No. 19 Civ. 123 (RWS)',
    'CA 19-123',
  ];
  const stored = parseDocketNumber('4:19-cv-00123');
  test.each(same)('is the same when it is written %s', (text) => {
    const asked = parseDocketNumber(text);
    if (asked === null || stored === null) throw new Error(`${text} is not understood`);
    expect(isSameDocket(asked, stored)).toBe(true);
  });

  test.each(['3:19-cv-00123', '4:18-cv-00123', '4:19-cr-00123', '4:19-cv-00124', '2119-cv-00123-x'])(
    'is another when it is %s',
    (text) => {
      const asked = parseDocketNumber(text);
      const isSame = asked !== null && stored !== null && isSameDocket(asked, { ...stored, year: '2019' });
      expect(isSame).toBe(false);
    },
  );

  test.each([
    'Alder v. Brook',
    'In re 9/11',
    '10 Alder v. Beech',
    '12 Angry Men',
    'BC123456',
    '05-12-1234',
    '',
  ])('is not %j', (text) => {
    expect(parseDocketNumber(text)).toBeNull();
  });
});
