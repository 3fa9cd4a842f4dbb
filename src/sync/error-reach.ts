import { ERROR_KINDS, type ErrorCode } from '../error-kinds.ts';
import type { MirrorError } from '../errors.ts';

/* How far a failure reaches beyond the request that met it. */

/** Ctrl-C or SIGTERM. */
export function isStop({ code }: MirrorError): boolean {
  return code === 'INTERRUPTED' || code === 'TERMINATED';
}

const ENDS_THE_RUN: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'UNAUTHORISED',
  'PROXY_REFUSED',
  'RETRY_AFTER_TOO_LONG',
  'TIME_BUDGET_SPENT',
]);

/** No further request of the run could do better. */
export function endsEverySweep(error: MirrorError): boolean {
  return isStop(error) || ENDS_THE_RUN.has(error.code);
}

/** Nothing more can be written, so nothing more is worth asking for. */
export function isOfTheDatabase({ code }: MirrorError): boolean {
  return ERROR_KINDS[code].exit === 'database';
}
