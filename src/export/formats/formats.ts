import { CSV } from './csv.ts';
import type { Format } from './format.ts';
import { NDJSON } from './ndjson.ts';
import { SQLITE } from './sqlite.ts';

/** The formats by their names. A format whose library is large is loaded only if it is used. */
const FORMATS = {
  csv: () => Promise.resolve(CSV),
  ndjson: () => Promise.resolve(NDJSON),
  sqlite: () => Promise.resolve(SQLITE),
  parquet: async () => (await import('./parquet.ts')).PARQUET,
} as const satisfies Record<string, () => Promise<Format>>;

export type FormatName = keyof typeof FORMATS;
export const FORMAT_NAMES = Object.keys(FORMATS) as FormatName[];

export const loadFormat = (name: FormatName): Promise<Format> => FORMATS[name]();
