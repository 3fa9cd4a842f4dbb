import { renderMarkdownTable } from '../docs/markdown-table.ts';

/** What became of the mutants of a file. */
export interface FileResult {
  readonly file: string;
  readonly mutants: number;
  /** Noticed: a test failed, or the program did not end any more. */
  readonly noticed: number;
  /** Those that no test noticed: line, and what stood there instead. */
  readonly survivors: readonly {
    readonly line: number;
    readonly mutator: string;
    readonly instead: string;
  }[];
}

/** The part of Stryker's report that is read. Source: its mutation-testing report schema, version 2. */
interface StrykerReport {
  readonly files: Readonly<
    Record<
      string,
      {
        readonly mutants: readonly {
          readonly status: string;
          readonly mutatorName: string;
          readonly replacement?: string;
          readonly location: { readonly start: { readonly line: number } };
        }[];
      }
    >
  >;
}

export function toFileResults(report: StrykerReport): FileResult[] {
  return Object.entries(report.files).map(([file, { mutants }]) => {
    const valid = mutants.filter(({ status }) => status !== 'CompileError' && status !== 'Ignored');
    const isNoticed = (status: string): boolean => ['Killed', 'Timeout', 'RuntimeError'].includes(status);
    return {
      file,
      mutants: valid.length,
      noticed: valid.filter(({ status }) => isNoticed(status)).length,
      survivors: valid
        .filter(({ status }) => !isNoticed(status))
        .map(({ location, mutatorName, replacement = '' }) => ({
          line: location.start.line,
          mutator: mutatorName,
          instead: replacement.replaceAll(/\s+/g, ' ').slice(0, 60),
        })),
    };
  });
}

export function toScore({ mutants, noticed }: FileResult): number {
  return mutants === 0 ? NaN : (100 * noticed) / mutants;
}

export function renderMutationPage(results: readonly FileResult[]): string {
  return `# Mutation testing

\`npm run mutation\` makes one small change at a time to the code that makes decisions, and runs the tests of that code.
A change that no test detects is a survivor. The script writes this page, and fails if the tests detect less than 80 % of the
changes in a file.

${renderMarkdownTable(
  ['file', 'changes', 'detected', '%'],
  results.map((one) => [
    `\`${one.file}\``,
    String(one.mutants),
    String(one.noticed),
    toScore(one).toFixed(0),
  ]),
)}

Survivors. Most are texts of messages, or conditions that another condition repeats:

${renderMarkdownTable(
  ['line', 'kind', 'replaced by'],
  results.flatMap(({ file, survivors }) =>
    survivors.map(({ line, mutator, instead }) => [
      `${file.replace('src/', '')}:${line}`,
      mutator,
      `\`${instead.replaceAll(/[`|]/g, '·')}\``,
    ]),
  ),
)}
`;
}
