import { describe, expect, test } from '@jest/globals';
import { parseMoment } from '../../src/history/parse-moment.ts';

describe('a moment', () => {
  test('is a run when it is a whole number', () => {
    expect(parseMoment('7')).toEqual({ kind: 'run', runId: 7 });
  });

  test('is a day when it has no time', () => {
    expect(parseMoment('2028-02-29')).toEqual({ kind: 'day', day: '2028-02-29' });
  });

  test.each([
    ['2026-03-01T03:17:00Z', '2026-03-01T03:17:00.000Z'],
    ['2026-03-01T03:17Z', '2026-03-01T03:17:00.000Z'],
    ['2026-03-01T03:17:00.25+02:00', '2026-03-01T01:17:00.250Z'],
  ])('%s is the instant %s', (text, at) => {
    expect(parseMoment(text)).toEqual({ kind: 'instant', at: new Date(at) });
  });

  const wrong = [
    '',
    'yesterday',
    '0',
    '-1',
    '1.5',
    '99999999999999999999',
    '2026-02-30',
    '2026-13-01',
    '2026-3-1',
    '2026-03-01T03:17:00',
    '2026-02-30T00:00:00Z',
    '2026-03-01T25:00:00Z',
    '2026-03-01 and more',
  ];
  test.each(wrong)('is not %j, which is refused with an example of what is', (text) => {
    expect(() => parseMoment(text)).toThrow(
      expect.objectContaining({ code: 'USAGE', hint: expect.stringContaining('2026-03-01') }),
    );
  });
});
