import { CONTENDER_NAMES, CONTENDERS, type Contender, type Results, type Setting } from './contenders.ts';
import { costOf, ratioOf, toTargets } from './figures.ts';

/** The generated part of docs/performance.md. */
export function renderResults({ machine, settings, layers }: Results): string {
  return [
    machine,
    '',
    '### Targets',
    '',
    ...renderTargets(settings),
    ...settings.flatMap((setting) => ['', `### ${renderTitle(setting)}`, '', ...renderSetting(setting)]),
    ...(layers === null ? [] : ['', '### The layers of a sync', '', ...renderLayers(layers, settings)]),
  ].join('\n');
}

function renderTargets(settings: readonly Setting[]): string[] {
  const rows = toTargets(settings).map(({ what, atMost, is, unit }) => {
    const digits = unit === 'MB' ? 0 : 2;
    const word = is <= atMost ? 'met' : '**not met**';
    return `| ${what} | ${atMost} ${unit} | ${is.toFixed(digits)} ${unit} | ${word} |`;
  });
  return ['| | at most | measured | |', '| --- | --- | --- | --- |', ...rows];
}

function renderTitle({ cases, jsonBytes, latencyMs }: Setting): string {
  const size = `${cases.toLocaleString('en')} cases, ${(jsonBytes / 1e6).toFixed(0)} MB of JSON`;
  return latencyMs === 0 ? size : `${size}, ${latencyMs} ms before each response`;
}

/** The contender that each contender is compared with. */
const BASES: Readonly<Record<Contender, Contender>> = {
  fetch: 'floor first',
  'floor first': 'floor first',
  'floor again': 'floor again',
  'ours first': 'floor first',
  'ours unchanged': 'floor again',
  'ours 1 % changed': 'floor again',
};

function renderSetting(setting: Setting): string[] {
  const rows = CONTENDER_NAMES.filter((name) => setting.rounds[name] !== undefined).map((name) => {
    const base = BASES[name];
    const times = [
      ratioOf(setting, name, base, 'wallMs').toFixed(2),
      ratioOf(setting, name, base, 'cpuMs').toFixed(2),
      base,
      (costOf(setting, name, 'wallMs') / 1000).toFixed(1),
      (costOf(setting, name, 'cpuMs') / 1000).toFixed(1),
      (costOf(setting, name, 'peakBytes') / 1e6).toFixed(0),
      (costOf(setting, name, 'databaseBytes') / 1e6).toFixed(0),
      (costOf(setting, name, 'searchBytes') / 1e6).toFixed(0),
    ];
    return `| ${name}: ${CONTENDERS[name].description} | ${times.join(' | ')} |`;
  });
  const rounds = setting.rounds['ours first']?.length ?? 0;
  return [
    rounds === 1 ? 'One round.' : `Median of ${rounds} rounds.`,
    '',
    '| | wall, ratio | CPU, ratio | to | wall, s | CPU, s | peak memory, MB | database, MB | its search index, MB |',
    '| --- | --- | --- | --- | --- | --- | --- | --- | --- |',
    ...rows,
  ];
}

function renderLayers(
  { cases, cpuMsPer1000 }: NonNullable<Results['layers']>,
  settings: readonly Setting[],
): string[] {
  const quick = settings.find((setting) => setting.latencyMs === 0);
  const floor = costOf(quick, 'floor first', 'cpuMs') / ((quick?.cases ?? NaN) / 1000);
  const rows = Object.entries(cpuMsPer1000).map(
    ([layer, ms]) => `| ${layer} | ${ms.toFixed(0)} | ${(ms / floor).toFixed(2)} |`,
  );
  return [
    `CPU time for 1,000 cases, measured with ${cases.toLocaleString('en')} cases, and its ratio to the CPU time of the floor's first run.`,
    '',
    '| layer | CPU, ms | of the floor |',
    '| --- | --- | --- |',
    ...rows,
  ];
}
