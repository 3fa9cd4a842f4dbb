import got, { RequestError } from 'got';
import pRetry from 'p-retry';
import { MirrorError } from '../errors.ts';
import { EXIT_CODES } from '../exit-codes.ts';
import type { WEBHOOK_TIMES } from '../settings-nightly.ts';
import type { RunReport } from '../sync/run-report.ts';
import type { Night } from './night-book.ts';
import { toNightJson } from './night-json.ts';
import type { NightStep, NightSummary } from './night-steps.ts';

const TIMEOUT_MS = 10_000;
const TRIES = 3;

/** Sends something somewhere. */
type Post = (url: URL, body: string, type: string, signal: AbortSignal) => Promise<void>;

/**
 * Sends a POST, three times at most. Fails with NOTIFY_FAILED or the signal's reason. The address may hold a secret: of
 * it only the host is ever told.
 */
const post: Post = async (url, body, type, signal) => {
  try {
    await pRetry(
      () =>
        got.post(url, {
          body,
          headers: { 'content-type': type },
          timeout: { request: TIMEOUT_MS },
          retry: { limit: 0 },
          followRedirect: false,
          signal,
        }),
      { retries: TRIES - 1, minTimeout: 500, signal },
    );
  } catch (thrown) {
    signal.throwIfAborted();
    const status = thrown instanceof RequestError ? thrown.response?.statusCode : undefined;
    const code = thrown instanceof RequestError ? thrown.code : 'error';
    const why = status === undefined ? code : `status ${status}`;
    throw new MirrorError('NOTIFY_FAILED', `${url.host} could not be told: ${why} (${TRIES} tries).`);
  }
};

/** Tells a dead man's switch that a night begins, by the convention of healthchecks.io: POST to /start below the address. */
export async function announceNight(url: URL, night: Night, signal: AbortSignal): Promise<void> {
  await post(below(url, 'start'), `The night of ${night.due_at} begins.\n`, 'text/plain', signal);
}

/** Tells it how the night ended: POST to the exit code below the address, where 0 is good. */
export function toPingStep(url: URL): NightStep {
  return {
    step: 'ping',
    needsAll: false,
    run: async (signal, { night, exit, steps }) => {
      const code = EXIT_CODES[exit].code;
      const words = [
        `The night of ${night.due_at}: ${night.outcome}, exit code ${code}.`,
        ...(night.error === null ? [] : [`${night.error.code}: ${night.error.message}`]),
        ...steps.map(({ step, outcome, detail }) => `${step}: ${outcome}, ${detail}`),
      ];
      await post(below(url, String(code)), `${words.join('\n')}\n`, 'text/plain', signal);
      return `told ${url.host} ${code}`;
    },
  };
}

/** Sends the night, its steps and the reports of its runs as JSON: when something failed, when something changed, or always. */
export function toWebhookStep(
  url: URL,
  when: (typeof WEBHOOK_TIMES)[number],
  toReport: (report: RunReport) => unknown,
): NightStep {
  return {
    step: 'webhook',
    needsAll: false,
    run: async (signal, summary) => {
      const isWanted = when === 'always' || hasFailed(summary) || (when === 'change' && hasChanged(summary));
      if (!isWanted) return null;
      await post(url, JSON.stringify(toNightJson(summary, toReport)), 'application/json', signal);
      return `told ${url.host}`;
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
    ({ statuses, departures }) =>
      (departures?.cases_gone ?? 0) > 0 ||
      (departures?.cases_returned ?? 0) > 0 ||
      statuses.some(({ figures }) => figures.cases_new > 0 || figures.cases_changed > 0),
  );
}

function below(url: URL, name: string): URL {
  const target = new URL(url);
  target.pathname = `${target.pathname.replace(/\/$/, '')}/${name}`;
  return target;
}
