import { ERROR_KINDS } from '../error-kinds.ts';
import type { MirrorError } from '../errors.ts';

/* How far a failure reaches beyond the request that met it. */

/** Ctrl-C or SIGTERM. */
export function isStop({ code }: MirrorError): boolean {
  return code === 'INTERRUPTED' || code === 'TERMINATED';
}

/** No further request of the run could do better. */
export function endsEverySweep(error: MirrorError): boolean {
  return isStop(error) || error.code === 'UNAUTHORISED' || error.code === 'TIME_BUDGET_SPENT';
}

/** Nothing more can be written, so nothing more is worth asking for. */
export function isOfTheDatabase({ code }: MirrorError): boolean {
  return ERROR_KINDS[code].exit === 'database';
}
