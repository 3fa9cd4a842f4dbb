import { createAgents } from '../../api/http-agents.ts';
import { createHttp, sendRequest } from '../../api/http.ts';
import type { Runtime } from '../../api/pacing.ts';
import { readRetryAfter } from '../../api/responses.ts';
import type { Settings } from '../../config/settings.ts';
import { findLinkedPauseLeft, findTextPause } from '../../db/linked/passes.ts';
import { readOrElse } from '../../db/open-mirror.ts';
import { findPauseLeft } from '../../db/run-log.ts';
import { type ErrorCode, MirrorError } from '../../errors/mirror-error.ts';
import { type Observation, toObservation } from './observe.ts';
import { PROBE_REQUESTS, type Observations, type ProbeRequest, planRequest } from './requests.ts';

/** The pause between two requests; a longer `--delay` takes precedence. */
export const PROBE_DELAY_MS = 1000;
/** The longest pause that the server may ask for in the middle of a probe. */
const MAX_PAUSE_MS = 60_000;
/** The largest response that the probe reads, to need little memory; a lower `--max-body` takes precedence. */
const MAX_BODY_BYTES = 32 * 2 ** 20;
/** The longest time for one request. */
const MAX_REQUEST_MS = 180_000;

/** Failures that every further request would have too. */
const ENDS_ALL: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['CERTIFICATE_REFUSED', 'PROXY_REFUSED']);
/** After this many requests without any response, the server counts as unreachable. */
const MAX_SILENT = 3;

export interface ProbeOptions {
  readonly settings: Settings;
  readonly token: string;
  readonly signal: AbortSignal;
  /** Called after each request. */
  readonly onObservation?: (name: ProbeRequest, observation: Observation) => void;
  /** For tests. */
  readonly maxRequestMs?: number;
}

/**
 * Sends the requests of the probe, one after another and each at most once. A failing request costs only what it would
 * have shown. A refused token, an untrusted certificate, a proxy that refuses and a server that never responds end the
 * probe with an error. After a 429 or a long Retry-After, nothing more is sent.
 */
export async function runProbe(
  { settings, token, signal, onObservation, maxRequestMs = MAX_REQUEST_MS }: ProbeOptions,
  runtime: Runtime,
): Promise<Observations> {
  const { apiUrl, delayMs, userAgent } = settings;
  const agents = createAgents(settings);
  const limits = { ...settings, maxBodyBytes: Math.min(settings.maxBodyBytes, MAX_BODY_BYTES) };
  const http = createHttp(userAgent, limits, agents);
  const seen: Partial<Record<ProbeRequest, Observation>> = {};
  let waitMs = 0;
  let isPaused = false;
  let silent = 0;
  const send = async (name: ProbeRequest): Promise<Observation> => {
    const plan = isPaused ? { notSent: 'paused' as const } : planRequest(name, seen);
    if ('notSent' in plan) return { kind: 'not sent', why: plan.notSent };
    const url = new URL(plan.path, apiUrl);
    if (waitMs > 0) await runtime.sleep(waitMs, signal);
    waitMs = Math.max(PROBE_DELAY_MS, delayMs);
    const start = runtime.now().getTime();
    try {
      const raw = await sendRequest(http, url, token, limits, maxRequestMs, signal, plan.headers);
      silent = -Infinity;
      const asked = readRetryAfter(raw, runtime.now());
      if (asked === undefined ? raw.status === 429 : asked > MAX_PAUSE_MS) isPaused = true;
      waitMs = Math.max(waitMs, asked ?? 0);
      const tookMs = runtime.now().getTime() - start;
      return toObservation(raw, { url, api: apiUrl, records: PROBE_REQUESTS[name].records, tookMs });
    } catch (thrown) {
      signal.throwIfAborted();
      silent++;
      if (!(thrown instanceof MirrorError) || ENDS_ALL.has(thrown.code) || silent >= MAX_SILENT) throw thrown;
      return { kind: 'failed', code: thrown.code };
    }
  };
  try {
    for (const name of Object.keys(PROBE_REQUESTS) as ProbeRequest[]) {
      const observation = await send(name);
      seen[name] = observation;
      if (isTokenRefused(name, observation, seen))
        throw new MirrorError('UNAUTHORIZED', 'The API did not accept the token. The probe ended there.');
      onObservation?.(name, observation);
    }
    return seen;
  } finally {
    agents.close();
  }
}

/**
 * The end of the longest pause that the server asked of a run, of a pass over linked lists or of one over texts; null if
 * there is none. A probe requests something of each.
 */
export function findProbePause({ database, apiUrl }: Settings, now: Date): Date | null {
  const left = readOrElse(
    database,
    (mirror) =>
      Math.max(
        findPauseLeft(mirror, apiUrl.href, now),
        findLinkedPauseLeft(mirror, apiUrl.href, now),
        (findTextPause(mirror, now)?.getTime() ?? 0) - now.getTime(),
      ),
    0,
  );
  return left > 0 ? new Date(now.getTime() + left) : null;
}

/** A refusal counts if it comes from `test`, or before `test` has accepted the token (A2). */
function isTokenRefused(name: ProbeRequest, observation: Observation, seen: Observations): boolean {
  if (observation.kind !== 'response' || !isRefusal(observation)) return false;
  return name === 'token' || seen.token?.kind !== 'response' || seen.token.status !== 200;
}

function isRefusal({ status, body }: Extract<Observation, { kind: 'response' }>): boolean {
  return status === 401 || (status === 403 && body.shape !== 'not JSON' && body.shape !== 'nothing');
}
