/**
 * The number or the list of attempts of a test: a few in `npm test`, and many in `npm run test:long`. A test file
 * that calls this has a sibling `*.long.test.ts` that imports it.
 */
export function times<Amount>(few: Amount, many: Amount): Amount {
  return process.env.LONG_TESTS === 'yes' ? many : few;
}
