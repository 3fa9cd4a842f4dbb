import type { JsonAnswer } from './answer.ts';

/** Undefined when the header carries the token; otherwise what Django REST framework answers. */
export function refuseToken(header: string | undefined, token: string): JsonAnswer | undefined {
  const [scheme = '', given, ...rest] = (header ?? '').trim().split(/\s+/);
  if (scheme.toLowerCase() !== 'token') return unauthorised('Authentication credentials were not provided.');
  if (given === undefined) return unauthorised('Invalid token header. No credentials provided.');
  if (rest.length > 0) return unauthorised('Invalid token header. Token string should not contain spaces.');
  return given === token ? undefined : unauthorised('Invalid token.');
}

function unauthorised(detail: string): JsonAnswer {
  return { kind: 'json', status: 401, body: { detail }, headers: { 'www-authenticate': 'Token' } };
}
