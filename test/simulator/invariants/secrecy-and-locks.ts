import { listFilesWith } from '../mirror-file.ts';
import type { Invariant } from './facts.ts';

/** "the token is in no output and in no file" */
export const checkToken: Invariant = ({ day, token }) => [
  ...(day.output.includes(token) ? [`the output contains the token: ${excerpt(day.output, token)}`] : []),
  ...listFilesWith(day.database, token).map((file) => `the token is in ${file}`),
];

function excerpt(text: string, token: string): string {
  const at = text.indexOf(token);
  return text.slice(Math.max(0, at - 60), at + token.length + 20).replace(/\s+/g, ' ');
}

/** "no request comes before the pause of a Retry-After is over, in this process or the next" */
export const checkPauses: Invariant = ({ day }) => [...day.served.tooEarly];

/** "there is at most one writer" */
export const checkOneWriter: Invariant = ({ day }) =>
  day.secondWriters
    .filter((how) => how !== 'LOCKED')
    .map((how) => `a second writer was not locked out: ${how}`);

/** "no reader sees half a case" */
export const checkReaders: Invariant = ({ day }) => [...day.halfCases];
