import { listOwnSchema } from '../../src/db/own-schema.ts';
import type { Mirror } from '../../src/db/open-mirror.ts';
import type { Finding } from '../../src/verify/checks.ts';
import { verifyMirror } from '../../src/verify/proof.ts';

/**
 * Verifies everything. The simulators start with a mirror without its views, because they open it thousands of times; so
 * `verify` must name either every view as missing or none of them. Returns its other findings.
 */
export function verifyAll(mirror: Mirror): Finding[] {
  const findings = [...verifyMirror(mirror, { of: 'everything' }, () => undefined)];
  const views = listOwnSchema().filter(({ type }) => type === 'view');
  const missing = new Set(views.map(({ name }) => `the view ${JSON.stringify(name)}`));
  const isMissing = ({ check, what, found }: Finding): boolean =>
    check === 'schema' && found === 'nothing' && missing.has(what);
  const others = findings.filter((finding) => !isMissing(finding));
  const hasAllOrNone = [0, views.length].includes(findings.length - others.length);
  return hasAllOrNone ? others : findings;
}
