import { listFilesWith } from '../mirror-file.ts';
import type { Invariant } from './facts.ts';

/** "the token is in nothing that is told or stored" */
export const checkToken: Invariant = ({ day, token }) => [
  ...(day.told.includes(token) ? [`the run told the token: ${excerpt(day.told, token)}`] : []),
  ...listFilesWith(day.database, token).map((file) => `the token is in ${file}`),
];

function excerpt(text: string, token: string): string {
  const at = text.indexOf(token);
  return text.slice(Math.max(0, at - 60), at + token.length + 20).replace(/\s+/g, ' ');
}

/** "no request before the pause of a Retry-After is over, in this process or the next" */
export const checkPauses: Invariant = ({ day }) => [...day.served.tooEarly];

/** "one writer at most" */
export const checkOneWriter: Invariant = ({ day }) =>
  day.secondWriters
    .filter((how) => how !== 'LOCKED')
    .map((how) => `a second writer was not locked out: ${how}`);

/** "no reader sees half a case" */
export const checkReaders: Invariant = ({ day }) => [...day.halfCases];
