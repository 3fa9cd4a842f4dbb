import type { Fault, FaultRule } from './fault.ts';
import type { ReplicaRequest } from './replica-request.ts';

export type RequestMatch = (request: ReplicaRequest) => boolean;

const isList: RequestMatch = ({ route }) => route.kind === 'cases';

/** The fault for each matching request; requests for the list of cases when nothing else is said. */
export function always(fault: Fault, match: RequestMatch = isList): FaultRule {
  return (request) => (match(request) ? fault : undefined);
}

/** The fault for the first matching request only. */
export function once(fault: Fault, match: RequestMatch = isList): FaultRule {
  let done = false;
  return (request) => {
    if (done || !match(request)) return undefined;
    done = true;
    return fault;
  };
}

/** The fault for the first `tries` requests of each matching URL; the next one of that URL is answered well. */
export function firstTries(tries: number, fault: Fault, match: RequestMatch = isList): FaultRule {
  return (request) => (request.attempt <= tries && match(request) ? fault : undefined);
}

/** Matches the page with this number of any list of cases, or of the list of one status. */
export function page(number: number, caseOngoing?: number): RequestMatch {
  return (request) =>
    isList(request) &&
    request.page === number &&
    (caseOngoing === undefined || request.filters.case_ongoing === caseOngoing);
}
