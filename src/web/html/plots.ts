import { renderCount } from '../../lib/layout.ts';
import { type Content, type Html, html } from './html.ts';
import { type TableOf, renderTable } from './parts.ts';

/*
 * Plots as SVG, drawn here. Positions across are percentages and heights are pixels, so a plot fills any width and its
 * letters keep their size. Colors are classes of the style sheet. Beside each plot is a table with the same numbers.
 */

/** The values of one kind, one for each column. */
export interface Series {
  readonly name: string;
  readonly values: readonly number[];
}

export interface ColumnPlot<Row> {
  readonly id: string;
  readonly heading: string;
  /** What the plot shows, in a sentence; for those who do not see it, all that is drawn. */
  readonly text: string;
  /** What stands below each column; null if nothing does. */
  readonly ticks: readonly (string | null)[];
  /** What names each column when it is pointed at. */
  readonly names: readonly string[];
  /** From the bottom of a column to its top. */
  readonly series: readonly Series[];
  readonly table: TableOf<Row>;
}

/** As many as the style sheet has. */
const COLORS = 8;
const HEIGHT = 200;
const TOP = 18;
const BOTTOM = 22;
/** The part at the left that numbers of the scale take, in percent. */
const LEFT = 9;

const percent = (value: number): string => `${Number(value.toFixed(3))}%`;
const pixel = (value: number): string => String(Number(value.toFixed(2)));

/** Round numbers up to a maximum, about four of them. */
export function listSteps(max: number): number[] {
  if (!(max > 0)) return [];
  const rough = Math.max(1, max / 5);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((times) => times * power).find((one) => one >= rough) ?? rough;
  return Array.from({ length: Math.floor(max / step) }, (_, at) => (at + 1) * step);
}

/** Columns side by side, each of one or several parts. */
export function renderColumnPlot<Row>(plot: ColumnPlot<Row>): Html {
  const { id, heading, text, ticks, names, series, table } = plot;
  const totals = names.map((_, at) => series.reduce((sum, { values }) => sum + (values[at] ?? 0), 0));
  const max = Math.max(0, ...totals);
  const width = (100 - LEFT) / Math.max(1, names.length);
  const toY = (value: number): number => TOP + HEIGHT * (1 - (max === 0 ? 0 : value / max));
  return html`<figure class="plot" id="${id}" aria-labelledby="${id}-heading">
    <figcaption>
      <h3 id="${id}-heading">${heading}</h3>
      <p>${text}</p>
      ${series.length < 2 ? null : renderLegend(series)}
    </figcaption>
    ${
      max === 0
        ? html`<p class="off">There is nothing to draw yet.</p>`
        : html`<svg
            class="columns-plot"
            width="100%"
            height="${pixel(TOP + HEIGHT + BOTTOM)}"
            role="img"
            aria-label="${heading}. ${text} The table below has the numbers."
          >
            ${listSteps(max).map(
              (step) =>
                html`<line
                    class="grid"
                    x1="0"
                    x2="100%"
                    y1="${pixel(toY(step))}"
                    y2="${pixel(toY(step))}"
                  ></line>
                  <text x="0" y="${pixel(toY(step) - 4)}">${renderCount(step)}</text>`,
            )}
            ${names.map((name, at) => {
              const x = LEFT + at * width;
              let below = 0;
              return html`<g>
                <title>${name}: ${toWords(series, at)}</title>
                ${series.map(({ values }, kind) => {
                  const value = values[at] ?? 0;
                  if (value <= 0) return null;
                  const top = toY(below + value);
                  const height = toY(below) - top;
                  below += value;
                  return html`<rect
                    class="series-${kind + 1}"
                    x="${percent(x + width * 0.1)}"
                    y="${pixel(top)}"
                    width="${percent(width * 0.8)}"
                    height="${pixel(height)}"
                  ></rect>`;
                })}
              </g>`;
            })}
            <line
              class="base"
              x1="0"
              x2="100%"
              y1="${pixel(TOP + HEIGHT)}"
              y2="${pixel(TOP + HEIGHT)}"
            ></line>
            ${ticks.map((tick, at) =>
              tick === null
                ? null
                : html`<text
                    class="${toTickPlace(at, ticks.length)}"
                    x="${percent(LEFT + (at + 0.5) * width)}"
                    y="${pixel(TOP + HEIGHT + 16)}"
                  >
                    ${tick}
                  </text>`,
            )}
          </svg>`
    }
    <details>
      <summary>The numbers as a table</summary>
      ${renderTable(table)}
    </details>
  </figure>`;
}

const toTickPlace = (at: number, count: number): string =>
  at > count * 0.95 ? 'end' : at < count * 0.03 ? 'start' : 'middle';

function toWords(series: readonly Series[], at: number): string {
  const [only] = series;
  if (series.length === 1 && only !== undefined) return renderCount(only.values[at] ?? 0);
  return series
    .filter(({ values }) => (values[at] ?? 0) > 0)
    .map(({ name, values }) => `${name} ${renderCount(values[at] ?? 0)}`)
    .join(', ');
}

function renderLegend(series: readonly Series[]): Html {
  return html`<ul class="legend" aria-label="Colors">
    ${series.map(
      ({ name }, kind) =>
        html`<li>
          <svg width="12" height="12" aria-hidden="true">
            <rect class="series-${kind + 1}" width="12" height="12"></rect>
          </svg>
          ${name}
        </li> `,
    )}
  </ul>`;
}

/** A bar for a table cell; the number itself is in another cell. */
export function renderBar(value: number, max: number): Content {
  const share = max > 0 ? Math.min(1, Math.max(0, value / max)) : 0;
  return html`<svg class="bar" width="100%" height="12" aria-hidden="true">
    <rect class="rest" width="100%" height="12"></rect>
    <rect class="series-1" width="${percent(share * 100)}" height="12"></rect>
  </svg>`;
}

/** A flow from one side to the other. */
export interface Flow {
  readonly from: string;
  readonly to: string;
  readonly count: number;
}

const LABEL = 20;
const GAP = 12;
/** Pixels that all flows together take. */
const FLOW_HEIGHT = 190;
const THINNEST = 2;
/** The parts at both sides that blocks take, in percent. */
const BLOCK = 1.5;

interface Block {
  readonly name: string;
  readonly count: number;
  readonly top: number;
  readonly height: number;
}

/** What goes from where to where, as bands between two rows of blocks. Both sides have their names above the blocks. */
export function renderFlowPicture(flows: readonly Flow[], order: readonly string[], label: string): Html {
  const total = flows.reduce((sum, { count }) => sum + count, 0);
  const heightOf = (count: number): number => Math.max(THINNEST, (FLOW_HEIGHT * count) / Math.max(1, total));
  const left = placeBlocks(flows, order, 'from', heightOf);
  const right = placeBlocks(flows, order, 'to', heightOf);
  const height =
    Math.max(...[...left.values(), ...right.values()].map((block) => block.top + block.height)) + GAP;
  return html`<svg class="flow" width="100%" height="${pixel(height)}" role="img" aria-label="${label}">
    <svg
      x="${percent(BLOCK)}"
      y="0"
      width="${percent(100 - 2 * BLOCK)}"
      height="${pixel(height)}"
      viewBox="0 0 100 ${pixel(height)}"
      preserveAspectRatio="none"
    >
      ${listBands(flows, order, left, right, heightOf).map(
        ({ flow, path }) =>
          html`<path class="band series-${(order.indexOf(flow.from) % COLORS) + 1}" d="${path}">
            <title>${flow.from} to ${flow.to}: ${renderCount(flow.count)}</title>
          </path>`,
      )}
    </svg>
    ${[...left.values()].map((block) => renderBlock(block, 'start', order))}
    ${[...right.values()].map((block) => renderBlock(block, 'end', order))}
  </svg>`;
}

function placeBlocks(
  flows: readonly Flow[],
  order: readonly string[],
  side: 'from' | 'to',
  heightOf: (count: number) => number,
): ReadonlyMap<string, Block> {
  let top = 0;
  const blocks = new Map<string, Block>();
  for (const name of order) {
    const own = flows.filter((flow) => flow[side] === name);
    if (own.length === 0) continue;
    const height = own.reduce((sum, { count }) => sum + heightOf(count), 0);
    top += LABEL;
    blocks.set(name, { name, count: own.reduce((sum, { count }) => sum + count, 0), top, height });
    top += height + GAP;
  }
  return blocks;
}

function listBands(
  flows: readonly Flow[],
  order: readonly string[],
  left: ReadonlyMap<string, Block>,
  right: ReadonlyMap<string, Block>,
  heightOf: (count: number) => number,
): { readonly flow: Flow; readonly path: string }[] {
  const used = { left: new Map<string, number>(), right: new Map<string, number>() };
  const take = (side: Map<string, number>, block: Block | undefined, height: number): number => {
    const at = side.get(block?.name ?? '') ?? block?.top ?? 0;
    side.set(block?.name ?? '', at + height);
    return at;
  };
  const place = (flow: Flow): number => order.indexOf(flow.from) * order.length + order.indexOf(flow.to);
  return flows
    .toSorted((a, b) => place(a) - place(b))
    .map((flow) => {
      const height = heightOf(flow.count);
      const a = take(used.left, left.get(flow.from), height);
      const b = take(used.right, right.get(flow.to), height);
      const [top, bottom] = [
        `M0,${pixel(a)} C50,${pixel(a)} 50,${pixel(b)} 100,${pixel(b)}`,
        `L100,${pixel(b + height)} C50,${pixel(b + height)} 50,${pixel(a + height)} 0,${pixel(a + height)} Z`,
      ];
      return { flow, path: `${top} ${bottom}` };
    });
}

function renderBlock(
  { name, count, top, height }: Block,
  side: 'start' | 'end',
  order: readonly string[],
): Html {
  return html`<rect
      class="series-${(order.indexOf(name) % COLORS) + 1}"
      x="${percent(side === 'start' ? 0 : 100 - BLOCK)}"
      y="${pixel(top)}"
      width="${percent(BLOCK)}"
      height="${pixel(height)}"
    ></rect>
    <text class="${side}" x="${side === 'start' ? '0' : '100%'}" y="${pixel(top - 5)}">
      ${name} (${renderCount(count)})
    </text>`;
}
