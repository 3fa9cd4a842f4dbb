import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { toFilters } from './answer.ts';
import { answerRequest } from './answer-request.ts';
import type { ReplicaSettings } from './replica-options.ts';
import { type ReplicaRequest, toRoute } from './replica-request.ts';
import type { RequestLog } from './request-log.ts';
import { sendAnswer } from './send-answer.ts';
import { sendFault } from './send-fault.ts';

/** Answers one request, well or with the fault that a rule asks for. */
export async function handleRequest(
  incoming: IncomingMessage,
  response: ServerResponse,
  settings: ReplicaSettings,
  log: RequestLog,
): Promise<void> {
  const { method = 'GET', url: sent = '/', headers } = incoming;
  const { entry, number, attempt } = log.add(method, sent, headers.authorization !== undefined);
  response.once('close', () => {
    entry.status = response.headersSent ? response.statusCode : undefined;
  });
  const url = new URL(`http://${headers.host ?? '127.0.0.1'}${sent}`);
  const request = toRequest(url, { number, attempt, method, url: sent }, settings.basePath);
  if (settings.latencyMs > 0) await sleep(settings.latencyMs);
  await settings.beforePage(request, settings.source);
  const sending = {
    compress: settings.gzip && acceptsGzip(headers['accept-encoding']),
    count: (bytes: number) => {
      log.bytesServed += bytes;
    },
  };
  const answerPage = (page: number, isFiltered = true) =>
    answerRequest(
      { ...request, page, ...(!isFiltered && { filters: {} }) },
      url,
      headers.authorization,
      settings,
    );
  for (const rule of settings.faults) {
    const fault = rule(request);
    if (fault)
      return sendFault(response, fault, { request, url, basePath: settings.basePath, answerPage, sending });
  }
  await sendAnswer(response, answerPage(request.page), sending);
}

function toRequest(
  url: URL,
  known: Pick<ReplicaRequest, 'number' | 'attempt' | 'method' | 'url'>,
  basePath: string,
): ReplicaRequest {
  const read = toFilters(url.searchParams);
  return {
    ...known,
    route: toRoute(url.pathname, basePath),
    page: toPageNumber(url.searchParams.get('page')),
    filters: 'error' in read ? {} : read.filters,
  };
}

function toPageNumber(text: string | null): number {
  if (text === null) return 1;
  return /^\d+$/.test(text) ? Number(text) : NaN;
}

function acceptsGzip(header: string | string[] | undefined): boolean {
  const codings = String(header).split(',');
  return codings.some((coding) => /^\s*gzip\b/.test(coding) && !/;\s*q=0(\.0*)?\s*$/.test(coding));
}
