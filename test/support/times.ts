/**
 * How often a test tries: a few times in `npm test`, many in `npm run test:long`. A file that asks has a sibling
 * `*.long.test.ts`, which imports it.
 */
export function times(few: number, many: number): number {
  return process.env.LONG_TESTS === 'yes' ? many : few;
}
