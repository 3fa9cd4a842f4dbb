import { expect, test } from '@jest/globals';
import { findOngoingStatus, ONGOING_STATUSES } from '../../src/clearinghouse/ongoing-status.ts';

test.each(ONGOING_STATUSES)(
  'the status $id, $label, is found by both, in any case and with spaces around',
  (status) => {
    for (const text of [
      String(status.id),
      status.label,
      status.label.toUpperCase(),
      ` ${status.label.toLowerCase()} `,
    ]) {
      expect(findOngoingStatus(text)).toBe(status);
    }
  },
);

test.each([
  '',
  ' ',
  '5019',
  '5025',
  '05020',
  '5020.0',
  'y',
  'N',
  'no reason',
  'Perhaps',
  'null',
  '__proto__',
])('nothing is found by %j', (text) => {
  expect(findOngoingStatus(text)).toBeUndefined();
});
