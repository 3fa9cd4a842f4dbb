import got, { RequestError } from 'got';
import pRetry, { AbortError } from 'p-retry';
import { MirrorError } from '../errors/mirror-error.ts';
import { EXIT_CODES } from '../errors/exit-codes.ts';
import type { Agents } from '../api/http-agents.ts';
import { toZonedMinute } from '../lib/local-time.ts';
import { MAX_MESSAGE, createSecretMask, toSafeMessage, toSafeWords } from '../lib/safe-text.ts';
import type { WEBHOOK_TIMES } from '../config/specs.ts';
import type { RunReport } from '../sync/report.ts';
import { wordsOfCode } from '../lib/system-errors.ts';
import type { Night } from './state-file.ts';
import { type NightStep, type NightSummary, countCases, countDeparted, toNightJson } from './after-run.ts';

/**
 * A night in a few lines, for a chat: Slack and Mattermost show the `text` of what a webhook sends. What would be a link, a
 * mention or markup there is made harmless. Times are in the zone of the schedule.
 */
export function renderNightText({ night, exit, reports, steps }: NightSummary, timezone: string): string {
  const code = EXIT_CODES[exit].code;
  const lines = [
    `Clearinghouse mirror, night of ${toZonedMinute(night.due_at, timezone)}: ${night.outcome}${code === 0 ? '' : `, exit code ${code}`}.`,
    renderChanges(reports),
    ...(night.error === null ? [] : [`${night.error.code}: ${night.error.message}`, night.error.hint]),
    ...steps
      .filter(({ outcome }) => outcome === 'failed')
      .map(({ step, detail }) => `${step} failed: ${detail}`),
  ];
  return lines.map(toChat).join('\n').slice(0, MAX_MESSAGE).toWellFormed();
}

function renderChanges(reports: readonly RunReport[]): string {
  const [added, changed] = [countCases(reports, 'cases_new'), countCases(reports, 'cases_changed')];
  return `Cases: ${added} new, ${changed} changed, ${countDeparted(reports)} gone from the site.`;
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '@': '(at)' };

function toChat(line: string): string {
  return toSafeMessage(line)
    .replaceAll(/[&<>@]/g, (character) => ENTITIES[character] ?? '')
    .replaceAll(/[*`~[\]]/g, ' ');
}

const TIMEOUT_MS = 10_000;
const TRIES = 3;
/** As much of an answer is read; the rest is of no interest, however long it is. */
const MAX_BYTES_READ = 300;

/** How somebody who was told has answered. */
interface Answer {
  readonly status: number;
  /** Where a redirect leads: the origin alone, because the rest may hold the secret. */
  readonly location: string | null;
  /** The beginning of the body. */
  readonly words: string;
}

/** One POST. Redirects are not followed, and of the answer only the beginning is read. */
async function postOnce(
  url: URL,
  body: string,
  type: string,
  signal: AbortSignal,
  agents: Agents | undefined,
): Promise<Answer> {
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
  let head: Pick<Answer, 'status' | 'location'> | undefined;
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
    // An answer that breaks off after its head has been given all the same.
    if (head === undefined) throw thrown;
  } finally {
    stream.destroy();
  }
  if (head === undefined) throw new Error('no answer');
  return { ...head, words: Buffer.concat(chunks).toString('utf8') };
}

/** Of an address without a host, such as one of a file, its scheme. */
function toOrigin(location: string | undefined, from: URL): string | null {
  if (location === undefined || !URL.canParse(location, from.href)) return null;
  const { host, protocol } = new URL(location, from);
  return maskAddress(toSafeWords(host === '' ? protocol : `${protocol}//${host}`), from);
}

/** Shorter parts of an address are common words, such as `ping`. */
const MIN_SECRET = 6;

/** Words of an answer without what the address may hold of secrets: a server may repeat them. */
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
    return part; // a percent sign that begins no character
  }
}

/** Failures that may be gone a moment later. */
const mayPass = (status: number): boolean => status === 408 || status === 429 || status >= 500;

/**
 * Sends a POST, three times at most, and returns the beginning of the answer. Fails with NOTIFY_FAILED or the signal's
 * reason: only a status of 2xx says that somebody was told. The address may hold a secret: of it only the host is ever told.
 */
async function post(
  url: URL,
  body: string,
  type: string,
  signal: AbortSignal,
  agents: Agents | undefined,
): Promise<string> {
  const fail = (why: string): MirrorError =>
    new MirrorError('NOTIFY_FAILED', `${url.host} could not be told: ${why}.`);
  const tryOnce = async (): Promise<string> => {
    const { status, location, words } = await postOnce(url, body, type, signal, agents);
    if (status >= 200 && status < 300) return words;
    if (mayPass(status)) throw fail(`status ${status} (${TRIES} tries)`);
    const where = location === null ? '' : `, a redirect to ${location}, which is not followed`;
    throw new AbortError(fail(`status ${status}${where}`));
  };
  try {
    return await pRetry(tryOnce, { retries: TRIES - 1, minTimeout: 500, signal });
  } catch (thrown) {
    signal.throwIfAborted();
    if (thrown instanceof MirrorError) throw thrown;
    // An error of got holds the request with its address; nothing of it is kept.
    const why = thrown instanceof RequestError ? wordsOfCode(thrown.code) : 'no answer';
    throw fail(`${why} (${TRIES} tries)`);
  }
}

/**
 * What a dead man's switch says in its answer, where it says anything but that all is well. healthchecks.io answers with
 * status 200 and `OK (not found)` to an address that names no check, and with `OK (rate limited)` when it did not listen.
 */
function checkHeard(words: string, url: URL): string {
  // Masked before it is cut: half of a secret is one as well.
  const first = maskAddress(words, url).trim().split('\n')[0]?.slice(0, 80) ?? '';
  const refusal = /^ok \(([\w ,.[\]-]+)\)/i.exec(first)?.[1];
  if (refusal !== undefined)
    throw new MirrorError('NOTIFY_FAILED', `${url.host} could not be told: it answered "OK (${refusal})".`);
  return /^(ok\b.*)?$/i.test(first) ? '' : '; it did not answer "OK"';
}

/** Tells a dead man's switch that a night begins, by the convention of healthchecks.io: POST to /start below the address. */
export async function announceNight(
  url: URL,
  night: Night,
  timezone: string,
  signal: AbortSignal,
  agents?: Agents,
): Promise<void> {
  await sendPing(
    url,
    'start',
    `The night of ${toZonedMinute(night.due_at, timezone)} begins.\n`,
    signal,
    agents,
  );
}

/** Sends words to a name below the address of a dead man's switch. Returns what became of it. */
export async function sendPing(
  url: URL,
  name: string,
  words: string,
  signal: AbortSignal,
  agents?: Agents,
): Promise<string> {
  const answer = await post(below(url, name), words, 'text/plain', signal, agents);
  return `told ${url.host} ${name}${checkHeard(answer, url)}`;
}

/** Sends JSON to a webhook. Returns what became of it. */
export async function sendWebhook(
  url: URL,
  json: object,
  signal: AbortSignal,
  agents?: Agents,
): Promise<string> {
  await post(url, JSON.stringify(json), 'application/json', signal, agents);
  return `told ${url.host}`;
}

/** Tells it how the night ended: POST to the exit code below the address, where 0 is good. */
export function toPingStep(url: URL, timezone: string, agents?: Agents): NightStep {
  return {
    step: 'ping',
    needsAll: false,
    run: async (signal, { night, exit, steps }) => {
      const code = EXIT_CODES[exit].code;
      const words = [
        `The night of ${toZonedMinute(night.due_at, timezone)}: ${night.outcome}, exit code ${code}.`,
        ...(night.error === null ? [] : [`${night.error.code}: ${night.error.message}`]),
        ...steps.map(({ step, outcome, detail }) => `${step}: ${outcome}, ${detail}`),
      ];
      return sendPing(url, String(code), `${words.join('\n')}\n`, signal, agents);
    },
  };
}

/** Sends the night, its steps and the reports of its runs as JSON: when something failed, when something changed, or always. */
export function toWebhookStep(
  url: URL,
  timezone: string,
  when: (typeof WEBHOOK_TIMES)[number],
  toReport: (report: RunReport) => unknown,
  agents?: Agents,
): NightStep {
  return {
    step: 'webhook',
    needsAll: false,
    run: async (signal, summary) => {
      const isWanted = when === 'always' || hasFailed(summary) || (when === 'change' && hasChanged(summary));
      if (!isWanted) return null;
      const json = { text: renderNightText(summary, timezone), ...toNightJson(summary, toReport) };
      return sendWebhook(url, json, signal, agents);
    },
  };
}

function hasFailed({ night, exit, steps }: NightSummary): boolean {
  return (
    night.outcome !== 'complete' || exit !== 'complete' || steps.some(({ outcome }) => outcome === 'failed')
  );
}

function hasChanged({ reports }: NightSummary): boolean {
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
