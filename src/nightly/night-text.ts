import { EXIT_CODES } from '../exit-codes.ts';
import { toZonedMinute } from '../local-time.ts';
import { MAX_MESSAGE, toSafeMessage } from '../safe-text.ts';
import type { RunReport } from '../sync/run-report.ts';
import type { NightSummary } from './night-steps.ts';

/**
 * A night in a few lines, for a chat: Slack and Mattermost show the `text` of what a webhook sends. What would be a link, a
 * mention or markup there is made harmless.
 */
export function renderNightText({ night, exit, reports, steps }: NightSummary): string {
  const code = EXIT_CODES[exit].code;
  const lines = [
    `Clearinghouse mirror, night of ${toZonedMinute(night.due_at, 'UTC')}: ${night.outcome}${code === 0 ? '' : `, exit code ${code}`}.`,
    renderChanges(reports),
    ...(night.error === null ? [] : [`${night.error.code}: ${night.error.message}`, night.error.hint]),
    ...steps
      .filter(({ outcome }) => outcome === 'failed')
      .map(({ step, detail }) => `${step} failed: ${detail}`),
  ];
  return lines.map(toChat).join('\n').slice(0, MAX_MESSAGE).toWellFormed();
}

function renderChanges(reports: readonly RunReport[]): string {
  const figures = reports.flatMap(({ statuses }) => statuses.map((one) => one.figures));
  const sum = (name: 'cases_new' | 'cases_changed'): number =>
    figures.reduce((total, one) => total + one[name], 0);
  const gone = reports.reduce(
    (total, { departures }) =>
      total + (departures?.outcome === 'doubtful' ? 0 : (departures?.cases_gone ?? 0)),
    0,
  );
  return `Cases: ${sum('cases_new')} new, ${sum('cases_changed')} changed, ${gone} gone from the site.`;
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '@': '(at)' };

function toChat(line: string): string {
  return toSafeMessage(line)
    .replaceAll(/[&<>@]/g, (character) => ENTITIES[character] ?? '')
    .replaceAll(/[*`~[\]]/g, ' ');
}
