import { ASSUMPTIONS } from '../../api/assumptions.ts';
import { type Judgement, NOT_PROBED } from '../../doctor/probe/judge.ts';
import { type Observation, describeObservation } from '../../doctor/probe/observe.ts';
import { PROBE_DELAY_MS } from '../../doctor/probe/probe.ts';
import { PROBE_REQUESTS, type Observations, type ProbeRequest } from '../../doctor/probe/requests.ts';
import { renderPlural, wrapText } from '../../lib/layout.ts';
import { PACKAGE } from '../../lib/package-info.ts';
import { escapeMarkdown } from './style.ts';
import { renderBytes, renderDuration } from './words.ts';

/** A finished probe. */
export interface ProbeResult {
  readonly seen: Observations;
  readonly judgements: readonly Judgement[];
  /** Whether the API is at the Clearinghouse's own address. A report names no other address. */
  readonly isOfficial: boolean;
  readonly at: Date;
}

const REQUESTS = Object.entries(PROBE_REQUESTS) as [ProbeRequest, (typeof PROBE_REQUESTS)[ProbeRequest]][];

/** The requests that a probe would send, before it sends any. */
export function renderProbePlan(host: string, delayMs: number, width: number): string {
  const pause = renderDuration(Math.max(PROBE_DELAY_MS, delayMs));
  const head = `The probe sends at most ${renderPlural(REQUESTS.length, 'request')} to ${host}, one after another, with ${pause} in between. It retries none and follows no redirect. ID is an id from an earlier response.`;
  const longest = Math.max(...REQUESTS.map(([, { path }]) => path.length));
  const lines = REQUESTS.map(([, { path, purpose }], at) => {
    const first = `  ${String(at + 1).padStart(2)}  GET ${path.padEnd(longest)}  `;
    return wrapText(purpose, width, { first, rest: ' '.repeat(first.length) });
  });
  return `${wrapText(head, width)}${lines.join('')}`;
}

/** The outcome of one request, as soon as it is known. */
export function renderObservation(name: ProbeRequest, observation: Observation): string {
  const number = REQUESTS.findIndex(([one]) => one === name) + 1;
  return `  ${String(number).padStart(2)}  ${stripMarks(describeObservation(observation))}\n`;
}

const MARKS = { holds: 'holds   ', differs: 'DIFFERS ', 'not seen': 'not seen' } as const;
const INDENT = ' '.repeat(14);

/** The result for a terminal: what differs comes last, where it is read. */
export function renderProbe({ judgements }: ProbeResult, width: number): string {
  const order = ['holds', 'not seen', 'differs'] as const;
  const lines = order
    .flatMap((verdict) => judgements.filter((one) => one.verdict === verdict))
    .map(({ number, verdict, seen }) => {
      const { subject, assumed } = ASSUMPTIONS[number];
      const first = `${MARKS[verdict]}  ${number}${' '.repeat(4 - number.length)}`;
      return [
        wrapText(stripMarks(subject), width, { first, rest: INDENT }),
        wrapText(`assumed: ${stripMarks(assumed)}`, width, { first: INDENT }),
        wrapText(`the API: ${stripMarks(seen)}`, width, { first: INDENT }),
      ].join('');
    });
  return `${lines.join('')}\n${wrapText(`${summarize(judgements)} No request can show ${NOT_PROBED.join(', ')}. docs/assumptions.md explains each.`, width)}`;
}

/** Backticks are for Markdown. */
const stripMarks = (text: string): string => text.replaceAll('`', '');

function summarize(judgements: readonly Judgement[]): string {
  const count = (verdict: Judgement['verdict']): number =>
    judgements.filter((one) => one.verdict === verdict).length;
  return `Of ${renderPlural(judgements.length, 'assumption')}, ${count('differs')} differ, ${count('holds')} hold and ${count('not seen')} were not seen.`;
}

/** The report for an issue. It contains no token, no content, no id and no text of the server. */
export function renderProbeMarkdown(result: ProbeResult): string {
  const { isOfficial, at, judgements, seen } = result;
  const rows = judgements.map(({ number, verdict, seen: told }) => {
    const mark = verdict === 'differs' ? '**differs**' : verdict;
    const { subject, assumed } = ASSUMPTIONS[number];
    return [number, mark, toCell(subject), toCell(assumed), toCell(told)];
  });
  const requests = REQUESTS.map(([name, { path }]) => [`\`${path}\``, ...listResponse(seen, name)]);
  return [
    '# Probe of the Clearinghouse API',
    [
      `- ${PACKAGE.name} ${PACKAGE.version}, Node ${process.versions.node}, ${process.platform}`,
      `- ${at.toISOString()}, ${isOfficial ? 'the official address' : 'another address than the official one'}`,
      `- ${summarize(judgements)} No request can show ${NOT_PROBED.join(', ')}.`,
    ].join('\n'),
    toTable(['', 'verdict', 'about', 'what is assumed', 'what the API does'], rows),
    '## Requests',
    toTable(['request', 'response', 'size', 'time'], requests),
    '',
  ].join('\n\n');
}

function listResponse(seen: Observations, name: ProbeRequest): readonly string[] {
  const one = seen[name];
  const told = describeObservation(one).replaceAll('`', '');
  return one?.kind === 'response'
    ? [told, renderBytes(one.bytes), renderDuration(one.tookMs)]
    : [told, '', ''];
}

/** Keeps code in backticks and escapes the rest. */
const toCell = (text: string): string =>
  text
    .split('`')
    .map((piece, at) => (at % 2 === 1 ? `\`${piece.replaceAll('|', '\\|')}\`` : escapeMarkdown(piece)))
    .join('');

function toTable(heading: readonly string[], rows: readonly (readonly string[])[]): string {
  const toLine = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [toLine(heading), toLine(heading.map(() => '---')), ...rows.map(toLine)].join('\n');
}

/** The same as JSON. */
export function toProbeJson({ seen, judgements, isOfficial, at }: ProbeResult, exitCode: number) {
  return {
    exit_code: exitCode,
    version: PACKAGE.version,
    node: process.versions.node,
    official_address: isOfficial,
    probed_at: at.toISOString(),
    requests: REQUESTS.map(([name, { path }]) => {
      const one = seen[name];
      const response = one?.kind === 'response' ? one : null;
      return {
        path,
        status: response?.status ?? null,
        response: describeObservation(one),
        bytes: response?.bytes ?? null,
        took_ms: response?.tookMs ?? null,
      };
    }),
    assumptions: judgements.map(({ number, verdict, seen: told }) => {
      const { subject, assumed } = ASSUMPTIONS[number];
      return { number, verdict, subject, assumed, seen: told };
    }),
    not_probed: NOT_PROBED,
  };
}
