import got, { RequestError } from 'got';
import pRetry, { AbortError } from 'p-retry';
import { MirrorError } from '../errors/mirror-error.ts';
import { EXIT_CODES } from '../errors/exit-codes.ts';
import { type Agents, type ConnectionSettings, createAgents } from '../api/http-agents.ts';
import { isGood } from '../api/responses.ts';
import { toZonedMinute } from '../lib/local-time.ts';
import { MAX_MESSAGE, createSecretMask, toSafeMessage, toSafeWords } from '../lib/safe-text.ts';
import type { WEBHOOK_TIMES } from '../config/specs.ts';
import { type LinkedReport, toPassWords } from '../sync/linked/report.ts';
import type { RunReport } from '../sync/report.ts';
import { wordsOfCode } from '../lib/system-errors.ts';
import type { ScheduledRun } from './state-file.ts';
import { type AfterRunStep, type RunSummary, countCases, countDeparted, toSummaryJson } from './after-run.ts';

/**
 * A scheduled run in a few lines for a chat: Slack and Mattermost show the `text` of a webhook. Links, mentions and markup
 * are made harmless. Times are in the time zone of the schedule.
 */
export function renderChatText({ run, exit, reports, steps }: RunSummary, timezone: string): string {
  const code = EXIT_CODES[exit].code;
  const lines = [
    `Clearinghouse mirror, scheduled run of ${toZonedMinute(run.due_at, timezone)}: ${run.outcome}${code === 0 ? '' : `, exit code ${code}`}.`,
    renderChanges(reports),
    ...(run.error === null ? [] : [`${run.error.code}: ${run.error.message}`, run.error.hint]),
    ...steps
      .filter(({ outcome }) => outcome === 'failed')
      .map(({ step, detail }) => `${step} failed: ${detail}`),
  ];
  return lines.map(toChat).join('\n').slice(0, MAX_MESSAGE).toWellFormed();
}

function renderChanges(reports: readonly RunReport[]): string {
  const [added, changed] = [countCases(reports, 'cases_new'), countCases(reports, 'cases_changed')];
  return `Cases: ${added} new, ${changed} changed, ${countDeparted(reports)} departed.`;
}

/** What stands for the characters of links, mentions and markup: none is left out, so that words and commands stay readable. */
const HARMLESS: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '@': '(at)',
  '`': "'",
  '[': '(',
  ']': ')',
  '*': '\u2217',
  '~': '\u223C',
};

function toChat(line: string): string {
  return Array.from(toSafeMessage(line), (character) => HARMLESS[character] ?? character).join('');
}

const TIMEOUT_MS = 10_000;
const MAX_ATTEMPTS = 3;
/** The rest of a response is not read. */
const MAX_BYTES_READ = 300;

interface Response {
  readonly status: number;
  /** The origin that a redirect leads to. The rest can contain the secret. */
  readonly location: string | null;
  /** The beginning of the body. */
  readonly words: string;
}

/** Sends one POST. Does not follow redirects and reads only the beginning of the response. */
async function postOnce(
  url: URL,
  body: string,
  type: string,
  signal: AbortSignal,
  agents: Agents | undefined,
): Promise<Response> {
  const stream = got.stream.post(url, {
    ...(agents !== undefined && { agent: agents.for(url) }),
    body,
    headers: { 'content-type': type },
    timeout: { request: TIMEOUT_MS },
    retry: { limit: 0 },
    followRedirect: false,
    throwHttpErrors: false,
    decompress: false,
    signal,
  });
  let head: Pick<Response, 'status' | 'location'> | undefined;
  stream.once(
    'response',
    ({ statusCode, headers }: { statusCode: number; headers: { location?: string } }) => {
      head = { status: statusCode, location: toOrigin(headers.location, url) };
    },
  );
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      chunks.push(chunk.subarray(0, MAX_BYTES_READ - bytes));
      bytes += chunk.length;
      if (bytes >= MAX_BYTES_READ) break;
    }
  } catch (thrown) {
    // A response that breaks off after its head still counts.
    if (head === undefined) throw thrown;
  } finally {
    stream.destroy();
  }
  if (head === undefined) throw new Error('no response');
  return { ...head, words: Buffer.concat(chunks).toString('utf8') };
}

/** For an address without a host, such as a file, its scheme. */
function toOrigin(location: string | undefined, from: URL): string | null {
  if (location === undefined || !URL.canParse(location, from.href)) return null;
  const { host, protocol } = new URL(location, from);
  return maskAddress(toSafeWords(host === '' ? protocol : `${protocol}//${host}`), from);
}

/** Shorter parts of an address are common words, such as `ping`. */
const MIN_SECRET = 6;

/** Masks the possible secrets of the address: a server can repeat them in its response. */
function maskAddress(words: string, { pathname, searchParams, username, password, hash }: URL): string {
  const parts = [...pathname.split('/'), ...searchParams.values(), username, password, hash.slice(1)];
  return parts
    .flatMap((part) => [part, decode(part)])
    .filter(({ length }) => length >= MIN_SECRET)
    .reduce((text, secret) => createSecretMask(secret).mask(text), words);
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part; // a percent sign that encodes nothing
  }
}

/** Whether a retry can succeed. */
const isTransient = (status: number): boolean => status === 408 || status === 429 || status >= 500;

/**
 * Sends a POST with retries and returns the beginning of the response. Fails with NOTIFY_FAILED or the signal's reason: only
 * a 2xx status counts as a success. Messages contain only the host of the address, because the rest can be secret.
 */
async function post(
  url: URL,
  body: string,
  type: string,
  signal: AbortSignal,
  connection: ConnectionSettings | undefined,
): Promise<string> {
  const agents = connection === undefined ? undefined : createAgents(connection);
  const fail = (why: string): MirrorError =>
    new MirrorError('NOTIFY_FAILED', `${url.host} was not notified: ${why}.`);
  const tryOnce = async (): Promise<string> => {
    const { status, location, words } = await postOnce(url, body, type, signal, agents);
    if (isGood({ status })) return words;
    if (isTransient(status)) throw fail(`status ${status} (${MAX_ATTEMPTS} attempts)`);
    const where = location === null ? '' : `, a redirect to ${location}, which is not followed`;
    throw new AbortError(fail(`status ${status}${where}`));
  };
  try {
    return await pRetry(tryOnce, { retries: MAX_ATTEMPTS - 1, minTimeout: 500, signal });
  } catch (thrown) {
    signal.throwIfAborted();
    if (thrown instanceof MirrorError) throw thrown;
    // An error of got contains the request with its address, so nothing of it is kept.
    const why = thrown instanceof RequestError ? wordsOfCode(thrown.code) : 'no response';
    throw fail(`${why} (${MAX_ATTEMPTS} attempts)`);
  } finally {
    agents?.close();
  }
}

/**
 * Fails if the response of a dead man's switch says that the ping did not count. healthchecks.io returns status 200
 * with `OK (not found)` if there is no such check, and with `OK (rate limited)` if it ignored the ping.
 */
function checkCounted(words: string, url: URL): string {
  // Masked before it is cut, because half a secret is still a secret.
  const first = maskAddress(words, url).trim().split('\n')[0]?.slice(0, 80) ?? '';
  const refusal = /^ok \(([\w ,.[\]-]+)\)/i.exec(first)?.[1];
  if (refusal !== undefined)
    throw new MirrorError('NOTIFY_FAILED', `${url.host} was not notified: it returned "OK (${refusal})".`);
  return /^(ok\b.*)?$/i.test(first) ? '' : '; it did not return "OK"';
}

/** Pings a dead man's switch when an attempt starts, as healthchecks.io specifies: POST to /start below the address. */
export async function announceAttempt(
  url: URL,
  run: ScheduledRun,
  timezone: string,
  signal: AbortSignal,
  connection?: ConnectionSettings,
): Promise<void> {
  await sendPing(
    url,
    'start',
    `The scheduled run of ${toZonedMinute(run.due_at, timezone)} starts.\n`,
    signal,
    connection,
  );
}

/** Sends a text to a path below the address of a dead man's switch. Returns the detail for the step. */
export async function sendPing(
  url: URL,
  name: string,
  words: string,
  signal: AbortSignal,
  connection?: ConnectionSettings,
): Promise<string> {
  const response = await post(below(url, name), words, 'text/plain', signal, connection);
  return `notified ${url.host} ${name}${checkCounted(response, url)}`;
}

/** Sends JSON to a webhook. Returns the detail for the step. */
export async function sendWebhook(
  url: URL,
  json: object,
  signal: AbortSignal,
  connection?: ConnectionSettings,
): Promise<string> {
  await post(url, JSON.stringify(json), 'application/json', signal, connection);
  return `notified ${url.host}`;
}

/** Pings a dead man's switch with the exit code: POST to /CODE below the address, where 0 means success. */
export function createPingStep(url: URL, timezone: string, connection?: ConnectionSettings): AfterRunStep {
  return {
    step: 'ping',
    onlyIfComplete: false,
    run: async (signal, { run, exit, steps }) => {
      const code = EXIT_CODES[exit].code;
      const words = [
        `The scheduled run of ${toZonedMinute(run.due_at, timezone)}: ${run.outcome}, exit code ${code}.`,
        ...(run.error === null ? [] : [`${run.error.code}: ${run.error.message}`]),
        ...steps.map(({ step, outcome, detail }) => `${step}: ${outcome}, ${detail}`),
      ];
      return sendPing(url, String(code), `${words.join('\n')}\n`, signal, connection);
    },
  };
}

/** Sends the scheduled run, its steps and its sync reports as JSON: after a failure, after a change, or always. */
export function createWebhookStep(
  url: URL,
  timezone: string,
  when: (typeof WEBHOOK_TIMES)[number],
  toReport: (report: RunReport) => unknown,
  connection?: ConnectionSettings,
): AfterRunStep {
  return {
    step: 'webhook',
    onlyIfComplete: false,
    run: async (signal, summary) => {
      const isWanted = when === 'always' || hasFailed(summary) || (when === 'change' && hasChanged(summary));
      if (!isWanted) return null;
      const json = { text: renderChatText(summary, timezone), ...toSummaryJson(summary, toReport) };
      return sendWebhook(url, json, signal, connection);
    },
  };
}

/** Sends how a linked pass ended, as JSON, on the same occasions: after a failure, after a change, or always. */
export function createLinkedWebhookStep(
  url: URL,
  when: (typeof WEBHOOK_TIMES)[number],
  report: LinkedReport,
  toJson: (report: LinkedReport) => object,
  connection?: ConnectionSettings,
): AfterRunStep {
  return {
    step: 'webhook',
    onlyIfComplete: false,
    run: async (signal) => {
      const { outcome, error, sums } = report;
      const hasChanges = sums.records_new + sums.records_changed + sums.records_gone > 0;
      if (when !== 'always' && outcome !== 'failed' && !(when === 'change' && hasChanges)) return null;
      const lines = [
        `Clearinghouse mirror, linked lists after run ${report.runId}: ${toPassWords(outcome, error !== null)}. The run of the cases is unaffected.`,
        `Lists: ${sums.lists_read} read, ${sums.lists_failed} failed. Records: ${sums.records_new} new, ${sums.records_changed} changed, ${sums.records_gone} gone.`,
        ...(error === null ? [] : [`${error.code}: ${error.message}`, error.hint]),
      ];
      const text = lines.map(toChat).join('\n').slice(0, MAX_MESSAGE).toWellFormed();
      return sendWebhook(url, { text, ...toJson(report) }, signal, connection);
    },
  };
}

function hasFailed({ run, exit, steps }: RunSummary): boolean {
  return (
    run.outcome !== 'complete' || exit !== 'complete' || steps.some(({ outcome }) => outcome === 'failed')
  );
}

function hasChanged({ reports }: RunSummary): boolean {
  return reports.some(
    ({ lists, departures }) =>
      (departures?.cases_gone ?? 0) > 0 ||
      (departures?.cases_returned ?? 0) > 0 ||
      lists.some(({ figures }) => figures.cases_new > 0 || figures.cases_changed > 0),
  );
}

function below(url: URL, name: string): URL {
  const target = new URL(url);
  target.pathname = `${target.pathname.replace(/\/$/, '')}/${name}`;
  return target;
}
