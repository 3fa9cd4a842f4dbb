import type { ServerResponse } from 'node:http';
import { isJsonObject, type JsonObject, type JsonValue } from '../../json.ts';
import type { JsonAnswer, PageAnswer } from './answer.ts';
import { breakTransport } from './break-transport.ts';
import { distortPage, isPageFault } from './distort-page.ts';
import type { Fault } from './fault.ts';
import type { ReplicaRequest } from './replica-request.ts';
import { jsonBytes, pageChunks, sendAnswer, type Sending } from './send-answer.ts';

/** What a fault may need of the request that it spoils. */
interface FaultContext {
  readonly request: ReplicaRequest;
  readonly url: URL;
  readonly basePath: string;
  /** The good answer to the request, or to the same one for another page, or without its filter. */
  readonly answerPage: (page: number, isFiltered?: boolean) => PageAnswer | JsonAnswer;
  readonly sending: Sending;
}

/**
 * Does the fault instead of the good answer. Bodies with a broken transport aren't compressed, so that where they break
 * is where the JSON breaks. A fault of the page leaves alone what isn't a page, such as a 401.
 */
export async function sendFault(
  response: ServerResponse,
  fault: Fault,
  context: FaultContext,
): Promise<void> {
  const { request, url, basePath, answerPage, sending } = context;
  if (fault.kind === 'json') {
    await sendAnswer(response, { kind: 'json', status: 200, body: fault.body }, sending);
    return;
  }
  if (fault.kind === 'unfiltered' || fault.kind === 'first-page') {
    const isFirst = fault.kind === 'first-page';
    await sendAnswer(response, isFirst ? answerPage(1) : answerPage(request.page, false), sending);
    return;
  }
  const answer = answerPage(request.page);
  if (!isPageFault(fault)) {
    await breakTransport(response, fault, wholeBody(answer));
    return;
  }
  if (answer.kind === 'json') {
    await sendAnswer(response, answer, sending);
    return;
  }
  const resultsOf = (page: number): JsonValue => envelopeOf(answerPage(page)).results ?? [];
  const body = distortPage(envelopeOf(answer), fault, { url, page: request.page, basePath, resultsOf });
  await sendAnswer(response, { kind: 'json', status: 200, body }, sending);
}

function envelopeOf(answer: PageAnswer | JsonAnswer): JsonObject {
  const envelope = JSON.parse(wholeBody(answer).toString()) as JsonValue;
  return isJsonObject(envelope) ? envelope : {};
}

function wholeBody(answer: PageAnswer | JsonAnswer): Buffer {
  return answer.kind === 'page' ? Buffer.concat([...pageChunks(answer)]) : jsonBytes(answer);
}
