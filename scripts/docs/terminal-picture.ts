import stringWidth from 'string-width';
import { DEMO_QUESTIONS } from '../../src/cli/commands/demo.ts';
import type { RunOnDemo } from './show-demo.ts';

const COLUMN_PX = 8.4;
const LINE_PX = 19;
const PADDING_PX = 20;
const TITLE_BAR_PX = 34;
const COLUMNS = 88;

const PROMPT = '$ ';

/** An SVG of a terminal that shows the second sync of the demo, two of the changes it found, and a query. */
export async function renderTerminalPicture(run: RunOnDemo, demoOutput: string): Promise<string> {
  const sql = DEMO_QUESTIONS[0]?.sql ?? '';
  return renderTerminal([
    `${PROMPT}clearinghouse-mirror sync`,
    ...listLines(demoOutput).slice(...findReport(demoOutput)),
    '',
    `${PROMPT}clearinghouse-mirror changes`,
    ...listBlocks(await run('changes'))
      .filter((block) => block.length <= MAX_LINES_OF_A_CHANGE)
      .slice(0, 3)
      .flatMap((block, index) => (index === 0 ? block : ['', ...block])),
    '…',
    '',
    ...listLines(`${PROMPT}clearinghouse-mirror query "\n${sql}"`.replaceAll('\n', '\n    ')),
    ...listLines((await run('query', sql)).trimEnd()),
  ]);
}

const MAX_LINES_OF_A_CHANGE = 5;

const listLines = (text: string): string[] => text.split('\n');
const listBlocks = (text: string): string[][] => text.trim().split('\n\n').map(listLines);

/** Where the table of the second run begins, and where it ends. */
function findReport(demoOutput: string): [number, number] {
  const lines = listLines(demoOutput);
  const begin = lines.findLastIndex((line) => line.startsWith('list  '));
  const length = lines.slice(begin).findIndex((line) => line.startsWith('Run '));
  if (begin === -1 || length === -1) throw new Error('The demo no longer prints the report of a run.');
  return [begin, begin + length];
}

function renderTerminal(lines: readonly string[]): string {
  const tooLong = lines.find((line) => stringWidth(line) > COLUMNS);
  if (tooLong !== undefined) throw new Error(`Too long for the picture: ${tooLong}`);
  const width = Math.ceil(COLUMNS * COLUMN_PX + 2 * PADDING_PX);
  const height = TITLE_BAR_PX + lines.length * LINE_PX + PADDING_PX;
  const texts = lines.map((line, index) => {
    const y = TITLE_BAR_PX + (index + 1) * LINE_PX - 5;
    const kind = line.startsWith(PROMPT) ? ' class="prompt"' : /^[─ ]+$/.test(line) ? ' class="rule"' : '';
    return line === '' ? '' : `<text x="${PADDING_PX}" y="${y}"${kind}>${escapeXml(line)}</text>\n`;
  });
  const lights = ['#ff5f57', '#febc2e', '#28c840'].map(
    (color, index) => `<circle cx="${PADDING_PX + 6 + index * 20}" cy="18" r="6" fill="${color}"/>`,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="title">
<title id="title">A sync, what it found changed, and a query, in a terminal</title>
<style>
text { font: 14px ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; fill: #d1d7e0; white-space: pre }
.prompt { fill: #7ee787; font-weight: 600 }
.rule { fill: #656c76 }
</style>
<rect x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="10" fill="#151b23" stroke="#656c76"/>
${lights.join('')}
${texts.join('')}</svg>
`;
}

/** Blanks are made unbreakable, because not every program that shows SVG keeps several of them. */
const escapeXml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll(' ', '\u00a0');
