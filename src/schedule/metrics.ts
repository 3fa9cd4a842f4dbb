import { closing } from '../db/engine.ts';
import { existsSync } from 'node:fs';
import { MirrorError } from '../errors/mirror-error.ts';
import { readRegularFile } from '../lib/files.ts';
import { type MirrorState, findFreshAsOf, findMirrorState } from '../db/state.ts';
import { openMirrorReadOnly } from '../db/open-mirror.ts';
import { NIGHT_OUTCOMES } from './state-file.ts';
import { type NightStep, type NightSummary, countCases, countDeparted, writeKeptFile } from './after-run.ts';

type Labels = Readonly<Record<string, string | number>>;
type Sample = readonly [labels: Labels, value: number];

const PREFIX = 'clearinghouse_mirror_';

/** What a night was and what the mirror is, in the text format of Prometheus. All of it gauges: each night sets them anew. */
function renderMetrics(state: MirrorState, summary: NightSummary): string {
  const { night, reports, steps } = summary;
  const freshAsOf = findFreshAsOf(state.lists);
  const listSyncs = reports.flatMap(({ lists }) => lists.map(({ figures }) => figures));
  const checks = reports.flatMap(({ departures, coverage }) =>
    [departures, coverage].filter((one) => one !== null),
  );
  const countTraffic = (name: 'requests' | 'retries' | 'bytes') =>
    [...listSyncs, ...checks].reduce((total, figures) => total + figures[name], 0);
  const [began, ended] = [night.first_began_at, night.last_ended_at].map((at) =>
    at === null ? NaN : Date.parse(at),
  );
  return [
    toMetric(
      'last_success_timestamp_seconds',
      'When the list ended that was read completely longest ago.',
      freshAsOf === null ? [] : [[{}, Date.parse(freshAsOf) / 1000]],
    ),
    toMetric('night_due_timestamp_seconds', 'When the last night was due.', [
      [{}, Date.parse(night.due_at) / 1000],
    ]),
    toMetric(
      'night_outcome',
      'How the last night ended: 1 for its outcome.',
      NIGHT_OUTCOMES.map((outcome): Sample => [{ outcome }, Number(night.outcome === outcome)]),
    ),
    toMetric(
      'night_duration_seconds',
      'From its first try to the end of the last.',
      began === undefined || ended === undefined || Number.isNaN(ended - began)
        ? []
        : [[{}, (ended - began) / 1000]],
    ),
    toMetric('night_tries', 'How often it was tried.', [[{}, night.attempts]]),
    toMetric('night_cases', 'Cases that it brought.', [
      [{ kind: 'new' }, countCases(reports, 'cases_new')],
      [{ kind: 'changed' }, countCases(reports, 'cases_changed')],
      [{ kind: 'unchanged' }, countCases(reports, 'cases_unchanged')],
      [{ kind: 'departed' }, countDeparted(reports)],
    ]),
    toMetric('night_requests', 'Requests to the API, those that were tried again included.', [
      [{}, countTraffic('requests')],
    ]),
    toMetric('night_retries', 'Requests that were tried again.', [[{}, countTraffic('retries')]]),
    toMetric('night_received_bytes', 'Bytes of answers, after decompression.', [[{}, countTraffic('bytes')]]),
    toMetric(
      'night_step_failed',
      'Whether a step after the night failed.',
      steps.map(({ step, outcome }): Sample => [{ step }, Number(outcome === 'failed')]),
    ),
    toMetric(
      'cases',
      'Cases in the mirror that have not departed.',
      state.lists.map(({ id, label, cases }): Sample => [{ list_id: id, status: label }, cases]),
    ),
    toMetric('departed_cases', 'Cases that have left the site.', [[{}, state.departed]]),
    toMetric('docket_entries', 'Docket entries in the mirror.', [[{}, state.docketEntries]]),
    toMetric('rejected_records', 'Records that are no cases, or could not be read exactly.', [
      [{}, state.rejectedRecords],
    ]),
    toMetric('database_bytes', 'The database file and its log.', [[{}, state.fileBytes]]),
  ].join('');
}

function toMetric(name: string, help: string, samples: readonly Sample[]): string {
  if (samples.length === 0) return '';
  const lines = samples.map(([labels, value]) => `${PREFIX}${name}${toLabels(labels)} ${value}\n`);
  return `# HELP ${PREFIX}${name} ${help}\n# TYPE ${PREFIX}${name} gauge\n${lines.join('')}`;
}

function toLabels(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${toLabelValue(String(value))}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

function toLabelValue(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}

/** Writes the metrics of the night into a file for the textfile collector of node_exporter, as a whole. */
export function toMetricsStep(database: string, path: string, now: () => Date): NightStep {
  return {
    step: 'metrics',
    needsAll: false,
    run: (_signal, summary) => {
      refuseThoseOfAnother(path, database);
      return closing(openMirrorReadOnly(database), (mirror) => {
        const text = renderMetrics(findMirrorState(mirror, 0, now()), summary);
        // The collector reads files that end in .prom only, so it never sees half of one.
        writeKeptFile(path, `${OF_MIRROR}${JSON.stringify(database)}\n${text}`);
        return Promise.resolve(path);
      });
    },
  };
}

/** The first line of the file: a remark, which Prometheus does not read. */
const OF_MIRROR = '# Mirror: ';
const MAX_BYTES = 1_000_000;

/** Two mirrors with one file would take turns in it. One that was moved away gives its file up. */
function refuseThoseOfAnother(path: string, database: string): void {
  const other = readMirror(path);
  if (other !== null && other !== database && existsSync(other))
    throw new MirrorError('FILE_UNWRITABLE', `${path} holds the metrics of another mirror, ${other}.`, {
      hint: 'Set another --metrics-file for this mirror.',
    });
}

/** Whose metrics a file holds; null where it does not say. */
function readMirror(path: string): string | null {
  try {
    const [line = ''] = readRegularFile(path, MAX_BYTES).toString('utf8').split('\n');
    const mirror: unknown = line.startsWith(OF_MIRROR) ? JSON.parse(line.slice(OF_MIRROR.length)) : null;
    return typeof mirror === 'string' ? mirror : null;
  } catch {
    return null; // whether it can be written is found out by writing
  }
}
