import type { Agents } from '../http-agents.ts';
import { sendPing, sendWebhook } from '../nightly/notify.ts';
import { findScheduleDoubt, parseSchedule } from '../nightly/schedule.ts';
import type { NightlySettings } from '../settings.ts';
import { toZonedMinute } from '../local-time.ts';
import { bad, good, notChecked, warning, type Finding } from './finding.ts';

/** When the nights are, for who keeps the schedule with `nightly`. */
export function examineSchedule({ at, timezone, scheduleFrom }: NightlySettings, now: Date): Finding {
  try {
    const schedule = parseSchedule(at, timezone, scheduleFrom);
    const doubt = findScheduleDoubt(schedule, now);
    const next = schedule.findNext(now);
    const detail = `${JSON.stringify(schedule.cron)} in ${timezone}; next at ${next === null ? 'no time' : toZonedMinute(next, timezone)}`;
    return doubt === null ? good('schedule', detail) : warning('schedule', detail, `${doubt} Check --at.`);
  } catch (error) {
    return bad('schedule', error);
  }
}

const UNTRIED = 'To try it, run `clearinghouse-mirror doctor --test-notifications`.';

/** Those who are told of each night; they are told of a test only where that is wanted. */
export async function* examineNotifications(
  { pingUrl, webhookUrl }: NightlySettings,
  isWanted: boolean,
  agents: Agents,
  signal: AbortSignal,
): AsyncGenerator<Finding> {
  const text = 'A test of clearinghouse-mirror: this is what its nights are told to.';
  const all = [
    ['ping', pingUrl, (url: URL) => sendPing(url, 'log', `${text}\n`, signal, agents)],
    ['webhook', webhookUrl, (url: URL) => sendWebhook(url, { text, event: 'test' }, signal, agents)],
  ] as const;
  for (const [check, url, send] of all) {
    if (url === null) continue;
    if (!isWanted) {
      yield notChecked(check, `set, to ${url.host}`, UNTRIED);
      continue;
    }
    try {
      yield good(check, await send(url));
    } catch (error) {
      signal.throwIfAborted();
      yield bad(check, error);
    }
  }
}
