import { closing } from '../db/engine.ts';
import { existsSync } from 'node:fs';
import { MirrorError } from '../errors/mirror-error.ts';
import { readRegularFile } from '../lib/files.ts';
import { type MirrorState, findFreshAsOf, findMirrorState } from '../db/state.ts';
import { type LinkedState, findLinkedState } from '../db/linked/passes.ts';
import { PASS_OUTCOMES } from '../db/schema/schema.ts';
import { openMirrorReadOnly } from '../db/open-mirror.ts';
import { SCHEDULED_RUN_OUTCOMES, writeWhole } from './state-file.ts';
import { type AfterRunStep, type RunSummary, countCases, countDeparted } from './after-run.ts';

type Labels = Readonly<Record<string, string | number>>;
type Sample = readonly [labels: Labels, value: number];

const PREFIX = 'clearinghouse_mirror_';

/** The latest scheduled run and the mirror in the text format of Prometheus. All metrics are gauges. */
function renderMetrics(state: MirrorState, linked: LinkedState, summary: RunSummary): string {
  const { run, reports, steps } = summary;
  const freshAsOf = findFreshAsOf(state.lists);
  const listSyncs = reports.flatMap(({ lists }) => lists.map(({ figures }) => figures));
  const checks = reports.flatMap(({ departures, coverage }) =>
    [departures, coverage].filter((one) => one !== null),
  );
  const countTraffic = (name: 'requests' | 'retries' | 'bytes') =>
    [...listSyncs, ...checks].reduce((total, figures) => total + figures[name], 0);
  const [began, ended] = [run.first_began_at, run.last_ended_at].map((at) =>
    at === null ? NaN : Date.parse(at),
  );
  return [
    toMetric(
      'last_success_timestamp_seconds',
      'When the stalest list was last read completely.',
      freshAsOf === null ? [] : [[{}, Date.parse(freshAsOf) / 1000]],
    ),
    toMetric('scheduled_run_due_timestamp_seconds', 'When the latest scheduled run was due.', [
      [{}, Date.parse(run.due_at) / 1000],
    ]),
    toMetric(
      'scheduled_run_outcome',
      'Outcome of the latest scheduled run: 1 for the outcome it had.',
      SCHEDULED_RUN_OUTCOMES.map((outcome): Sample => [{ outcome }, Number(run.outcome === outcome)]),
    ),
    toMetric(
      'scheduled_run_duration_seconds',
      'From the start of the first attempt to the end of the last.',
      began === undefined || ended === undefined || Number.isNaN(ended - began)
        ? []
        : [[{}, (ended - began) / 1000]],
    ),
    toMetric('scheduled_run_attempts', 'Attempts of the latest scheduled run.', [[{}, run.attempts]]),
    toMetric('scheduled_run_cases', 'Cases that the latest scheduled run found.', [
      [{ kind: 'new' }, countCases(reports, 'cases_new')],
      [{ kind: 'changed' }, countCases(reports, 'cases_changed')],
      [{ kind: 'unchanged' }, countCases(reports, 'cases_unchanged')],
      [{ kind: 'departed' }, countDeparted(reports)],
    ]),
    toMetric('scheduled_run_requests', 'Requests to the API, including retries.', [
      [{}, countTraffic('requests')],
    ]),
    toMetric('scheduled_run_retries', 'Requests that were retried.', [[{}, countTraffic('retries')]]),
    toMetric('scheduled_run_received_bytes', 'Bytes of the responses after decompression.', [
      [{}, countTraffic('bytes')],
    ]),
    toMetric(
      'scheduled_run_step_failed',
      '1 if the step after the run failed.',
      steps.map(({ step, outcome }): Sample => [{ step }, Number(outcome === 'failed')]),
    ),
    toMetric(
      'cases',
      'Cases in the mirror that have not departed.',
      state.lists.map(({ id, label, cases }): Sample => [{ list_id: id, list: label }, cases]),
    ),
    toMetric('departed_cases', 'Cases that disappeared from the site.', [[{}, state.departed]]),
    toMetric('docket_entries', 'Docket entries in the mirror.', [[{}, state.docketEntries]]),
    toMetric('rejected_records', 'Records that are not cases or cannot be read exactly.', [
      [{}, state.rejectedRecords],
    ]),
    ...renderLinkedMetrics(linked),
    toMetric('database_bytes', 'Size of the database file and its write-ahead log.', [[{}, state.fileBytes]]),
  ].join('');
}

/** The linked lists, and the newest pass over them. */
function renderLinkedMetrics({ kinds, pass }: LinkedState): string[] {
  const counts = ['read', 'never_read', 'failing', 'doubted', 'empty'] as const;
  const time = (at: string | null | undefined): Sample[] => (at == null ? [] : [[{}, Date.parse(at) / 1000]]);
  return [
    toMetric(
      'linked_lists',
      'Linked lists of the cases that have not departed, by their state.',
      kinds.flatMap((one) => counts.map((state): Sample => [{ kind: one.kind, state }, one[state]])),
    ),
    toMetric(
      'linked_oldest_read_timestamp_seconds',
      'When the linked list was read whose last read is the oldest.',
      kinds.flatMap(({ kind, oldest_read_at: at }): Sample[] =>
        at === null ? [] : [[{ kind }, Date.parse(at) / 1000]],
      ),
    ),
    toMetric(
      'linked_pass_outcome',
      'Outcome of the newest pass over linked lists: 1 for the outcome it had.',
      pass === null
        ? []
        : PASS_OUTCOMES.map((outcome): Sample => [{ outcome }, Number(pass.outcome === outcome)]),
    ),
    toMetric('linked_pass_start_timestamp_seconds', 'When the newest pass began.', time(pass?.started_at)),
    toMetric(
      'linked_pass_requests',
      'Requests of the newest pass, including retries.',
      pass === null ? [] : [[{}, pass.requests]],
    ),
  ];
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

/** Replaces the metrics file, which the textfile collector of node_exporter reads. */
export function createMetricsStep(database: string, path: string, now: () => Date): AfterRunStep {
  return {
    step: 'metrics',
    onlyIfComplete: false,
    run: (_signal, summary) => {
      refuseOtherMirror(path, database);
      return closing(openMirrorReadOnly(database), (mirror) => {
        const text = renderMetrics(findMirrorState(mirror, 0, now()), findLinkedState(mirror), summary);
        // The collector reads only files that end in .prom, so it never sees the temporary file.
        writeWhole(path, `${OF_MIRROR}${JSON.stringify(database)}\n${text}`);
        return Promise.resolve(path);
      });
    },
  };
}

/** The first line of the file: a comment, which Prometheus ignores. */
const OF_MIRROR = '# Mirror: ';
const MAX_BYTES = 1_000_000;

/** Two mirrors would overwrite the file in turn. A mirror that no longer exists does not count. */
function refuseOtherMirror(path: string, database: string): void {
  const other = readMirror(path);
  if (other !== null && other !== database && existsSync(other))
    throw new MirrorError('FILE_UNWRITABLE', `${path} holds the metrics of another mirror, ${other}.`, {
      hint: 'Set another --metrics-file for this mirror.',
    });
}

/** The mirror whose metrics a file holds; null if it does not say. */
function readMirror(path: string): string | null {
  try {
    const [line = ''] = readRegularFile(path, MAX_BYTES).toString('utf8').split('\n');
    const mirror: unknown = line.startsWith(OF_MIRROR) ? JSON.parse(line.slice(OF_MIRROR.length)) : null;
    return typeof mirror === 'string' ? mirror : null;
  } catch {
    return null; // writing it finds out the rest
  }
}
