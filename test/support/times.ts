/**
 * How often a test tries, or with what: a few times in `npm test`, many in `npm run test:long`. A file that asks has a sibling
 * `*.long.test.ts`, which imports it.
 */
export function times<Amount>(few: Amount, many: Amount): Amount {
  return process.env.LONG_TESTS === 'yes' ? many : few;
}
