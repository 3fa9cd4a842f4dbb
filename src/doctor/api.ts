import { findApiWarning } from '../api/urls.ts';
import { readToken } from '../config/token.ts';
import type { Runtime } from '../api/client.ts';
import { createClientFor } from '../sync/run-sync.ts';
import { MirrorError } from '../errors/mirror-error.ts';
import { findPausedUntil } from '../db/run-log.ts';
import type { Settings } from '../config/settings.ts';
import { wordsOfCode } from '../lib/system-errors.ts';
import type { WrittenSettings } from '../config/sources.ts';
import { bad, good, notChecked, warning, type Finding } from './finding.ts';

/** Retry-After dates and the times in the run log are compared with this machine's clock. */
const MAX_CLOCK_SKEW_MS = 5 * 60_000;

/** Sends one request to the API, to `test` (A1). What cannot be requested is not checked, and never counts as good. */
export async function* examineApi(
  settings: Settings,
  written: WrittenSettings,
  runtime: Runtime,
  signal: AbortSignal,
): AsyncGenerator<Finding> {
  const { apiUrl } = settings;
  let token: string;
  try {
    token = readToken(written);
  } catch (error) {
    yield bad('token', error);
    yield notChecked('address', `${apiUrl.host} was not asked: that needs a token`);
    return;
  }
  const until = findPausedUntil(settings.database, apiUrl.href, runtime.now());
  if (until !== null) {
    const why = `the server asked for no request until ${until.toISOString()}`;
    yield notChecked('token', `not checked: ${why}`, 'Look again after that pause.');
    yield notChecked('address', `${apiUrl.host} was not asked: ${why}`);
    return;
  }
  const client = createClientFor({ ...settings, maxAttempts: 1 }, token, runtime);
  try {
    const response = await client.fetchResponse(new URL('test', apiUrl), signal);
    if (response.kind !== 'message')
      throw new MirrorError('RESPONSE_UNEXPECTED', `${apiUrl.href}test did not respond as documented.`);
    yield good('token', `accepted: ${response.words}`);
    yield examineAddress(apiUrl);
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof MirrorError && error.code === 'UNAUTHORIZED') {
      yield bad('token', error);
      yield examineAddress(apiUrl);
    } else {
      yield notChecked('token', `given, but ${apiUrl.host} could not be asked`);
      yield bad('address', error, toDetail(error, apiUrl));
    }
  } finally {
    client.close();
  }
  const clock = client.serverClock();
  yield clock === undefined
    ? notChecked('clock', 'no response to compare it with')
    : examineClock(clock.server, clock.here);
}

function examineAddress(apiUrl: URL): Finding {
  const hint = findApiWarning(apiUrl);
  const detail = `${apiUrl.origin} responds`;
  return hint === null ? good('address', detail) : warning('address', detail, hint);
}

/** Explains the error code of the system. */
function toDetail(error: unknown, apiUrl: URL): string | undefined {
  if (!(error instanceof MirrorError)) return undefined;
  const said = error.message.replace(/ \(\d+ attempts?\)$/, '');
  const code = /: (E[A-Z_]+)$/.exec(said)?.[1];
  return code === undefined
    ? `${apiUrl.host}: ${said}`
    : `${apiUrl.host} cannot be reached: ${wordsOfCode(code)}`;
}

function examineClock(server: Date, here: Date): Finding {
  const skewSeconds = Math.round((here.getTime() - server.getTime()) / 1000);
  if (Math.abs(skewSeconds) * 1000 <= MAX_CLOCK_SKEW_MS)
    return good('clock', `${Math.abs(skewSeconds)} s apart from the server's`);
  return warning(
    'clock',
    `${Math.abs(skewSeconds)} s ${skewSeconds > 0 ? 'ahead of' : 'behind'} the server's`,
    "Set this machine's clock (NTP): the record of runs and the server's waiting times depend on it.",
  );
}
