import { Parser } from 'htmlparser2';
import { describe, expect, test } from '@jest/globals';
import { listSteps, renderColumnPlot, renderFlowPicture } from '../../src/web/html/plots.ts';
import { makeFullMirror } from '../support/full-mirror.ts';
import { listStructureFaults, readElements } from '../support/read-html.ts';
import { startSite } from '../support/site.ts';

const toPlot = (values: readonly (readonly number[])[]) =>
  renderColumnPlot({
    id: 'plot',
    heading: 'Cases & dockets',
    text: 'By year <b>.',
    names: (values[0] ?? []).map((_, at) => String(1990 + at)),
    ticks: (values[0] ?? []).map((_, at) => (at % 10 === 0 ? String(1990 + at) : null)),
    series: values.map((one, at) => ({ name: `Series ${at}`, values: one })),
    table: {
      caption: 'Numbers',
      columns: [{ heading: 'Year', isName: true, cell: (row: number) => String(row) }],
      rows: [1],
    },
  }).toString();

/** Whether each element is closed in order, as XML requires. */
function listXmlFaults(text: string): string[] {
  const open: string[] = [];
  const faults: string[] = [];
  const parser = new Parser(
    {
      onopentagname: (name) => void open.push(name),
      onclosetag: (name, isImplied) => {
        if (isImplied || open.pop() !== name) faults.push(name);
      },
    },
    { xmlMode: true, recognizeSelfClosing: true },
  );
  parser.end(text);
  return [...faults, ...open];
}

const words = (text: string): string => text.replace(/\s+/g, ' ').trim();

describe('a plot of columns', () => {
  test.each<[string, number[][]]>([
    ['one column', [[3]]],
    ['no columns', [[]]],
    ['zeros', [[0, 0, 0]]],
    ['large numbers', [[1e9, 5]]],
    ['several series', [Array.from({ length: 60 }, (_, at) => at), Array.from({ length: 60 }, () => 1)]],
  ])('with %s has no invalid number, and writes years without a comma', (_, values) => {
    const svg = toPlot(values);
    expect(svg).not.toMatch(/NaN|Infinity|undefined|\b1,99\d\b/);
    expect(svg).not.toMatch(/ style=|<style|⚠/);
    for (const [picture] of svg.matchAll(/<svg[^]*?<\/svg>/g)) expect(listXmlFaults(picture)).toEqual([]);
  });

  test('draws columns in proportion to their values', () => {
    const heights = readElements(toPlot([[10, 5, 0]]))
      .filter(({ name, parent }) => name === 'rect' && parent?.name === 'g')
      .map(({ attributes }) => Number(attributes.height));
    expect(heights).toEqual([200, 100]);
  });

  test.each([
    [0, []],
    [1, [1]],
    [3, [1, 2, 3]],
    [92, [20, 40, 60, 80]],
    [12_300, [5000, 10_000]],
    [480, [100, 200, 300, 400]],
  ])('has a scale with round steps up to %i', (max, steps) => {
    expect(listSteps(max)).toEqual(steps);
  });
});

test('a flow diagram has a band for each pair, and its blocks do not overlap', () => {
  const order = ['Yes', 'No', '(departed)'];
  const flows = [
    { from: 'Yes', to: 'No', count: 90 },
    { from: 'No', to: 'Yes', count: 9 },
    { from: 'Yes', to: '(departed)', count: 1 },
  ];
  const svg = renderFlowPicture(flows, order, 'x').toString();
  expect(listXmlFaults(svg)).toEqual([]);
  const elements = readElements(svg);
  expect(elements.filter(({ name }) => name === 'path')).toHaveLength(3);
  const blocks = elements.filter(({ name }) => name === 'rect').map(({ attributes }) => attributes);
  for (const side of [0, 98.5]) {
    const own = blocks.filter(({ x }) => Number.parseFloat(String(x)) === side);
    own.slice(1).forEach(({ y }, at) => {
      expect(Number(y)).toBeGreaterThan(Number(own[at]?.y) + Number(own[at]?.height));
    });
  }
});

test('the overview has plots of cases by year, activity by week and coverage, each with a table', async () => {
  const site = await startSite(await makeFullMirror());
  const { body } = await site.get('/');
  expect(listStructureFaults(body)).toEqual([]);
  const elements = readElements(body);
  for (const id of ['by-year', 'by-week']) {
    const figure = elements.find(({ attributes }) => attributes.id === id);
    expect([id, figure?.name]).toEqual([id, 'figure']);
  }
  const captions = elements.filter(({ name }) => name === 'caption').map(({ text }) => text.trim());
  expect(captions).toEqual(
    expect.arrayContaining([
      'Cases by the year of filing',
      'Docket entries by week',
      'Coverage found by run 4',
    ]),
  );
  // The newest entry is from years ago, so that the weeks until now would be empty.
  expect(words(body)).toMatch(/in the 52 weeks until [-\d]+, the week of the newest entry\./);
  const week = elements.find(({ name, text }) => name === 'tr' && /^\s*\d{4}-\d{2}-\d{2}/.test(text));
  expect(words(week?.text ?? '')).toMatch(/^\d{4}-\d{2}-\d{2} ?[1-9]/);
  expect(site.faults).toEqual([]);
});
