/** A line of a .env that is not read as somebody meant it. */
export interface OddLine {
  /** Counted from 1. */
  readonly line: number;
  /** The name that it begins with; it may be no setting. */
  readonly name: string;
  /** What is odd, as the rest of a sentence that begins with the line; NAME stands for the setting. */
  readonly why: string;
}

export interface ParsedDotEnv {
  readonly values: Readonly<Record<string, string>>;
  /** The line from which each value comes, counted from 1. */
  readonly lines: Readonly<Record<string, number>>;
  readonly odd: readonly OddLine[];
}

const LINE = /^\s*(?:export\s+)?([\w.-]+)\s*=\s*(.*)$/;
/** The name with which a line begins that is no NAME=value. */
const BEGINNING = /^\s*(?:export\s+|set\s+|\$env:)?([a-z][\w.-]*)/i;
const QUOTED = /^(["'`])((?:(?!\1).)*)\1\s*(?:#.*)?$/;

const NOTHING = 'sets nothing:';

/**
 * What a .env says, line by line, so that a line that cannot be read costs itself alone. No setting holds a line break, so
 * none is put in and no value goes on in the next line. A `#` begins a comment at the start of a value or after a blank,
 * as in a shell. Where a name stands twice, its last line counts.
 */
export function parseDotEnv(text: string): ParsedDotEnv {
  const values: Record<string, string> = {};
  const odd: OddLine[] = [];
  const lineOf = new Map<string, number>();
  for (const [at, content] of text.split('\n').entries()) {
    const line = at + 1;
    const [, name, rest = ''] = LINE.exec(content) ?? [];
    if (name === undefined) {
      const beginning = BEGINNING.exec(content)?.[1];
      if (beginning !== undefined)
        odd.push({ line, name: beginning, why: `${NOTHING} it is not of the form NAME=value` });
      continue;
    }
    const read = readValue(rest.trim());
    if ('why' in read) {
      odd.push({ line, name, why: read.why });
      continue;
    }
    const before = lineOf.get(name);
    if (before !== undefined) odd.push({ line, name, why: `says anew what line ${before} says of NAME` });
    lineOf.set(name, line);
    values[name] = read.value;
  }
  return { values, lines: Object.fromEntries(lineOf), odd };
}

function readValue(rest: string): { readonly value: string } | { readonly why: string } {
  const [, , quoted] = QUOTED.exec(rest) ?? [];
  if (quoted !== undefined) return { value: quoted };
  if (/^["'`]/.test(rest)) return { why: `${NOTHING} the quotation marks around NAME are not one pair` };
  if (/^[“”„‘’‚«»]/.test(rest)) return { why: `${NOTHING} the quotation marks around NAME are curly ones` };
  return { value: rest.replace(/(?:^|\s+)#.*$/, '') };
}
