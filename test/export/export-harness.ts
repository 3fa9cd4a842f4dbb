import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { unzipSync } from 'fflate';
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet';
import { openSqlite } from '../../src/db/engine.ts';
import { listFiles } from '../../src/export/target.ts';
import { type CliOptions, type CliResult, runCli } from '../support/command-line.ts';
import { makeFullMirror } from '../support/full-mirror.ts';
import { tempFolder } from '../support/temp-folder.ts';

export interface Manifest {
  readonly complete: boolean;
  readonly lacking?: string;
  readonly run: { readonly id: number };
  readonly content_sha256: string;
  readonly node: string;
  readonly tables: Readonly<
    Record<
      string,
      {
        readonly rows: number;
        readonly content_sha256: string;
        readonly not_typed?: Readonly<Record<string, number>>;
        readonly nul_replaced?: Readonly<Record<string, number>>;
        readonly cut?: Readonly<Record<string, number>>;
        readonly controls_replaced?: Readonly<Record<string, number>>;
        readonly as_text?: Readonly<Record<string, number>>;
      }
    >
  >;
  readonly left_since: Readonly<Record<string, number>>;
  readonly left_out: readonly { readonly table: string; readonly why: string }[];
  readonly files: readonly { readonly path: string; readonly bytes: number; readonly rows: number }[];
}

export interface ExportHarness {
  readonly database: string;
  /** Where the folders of the exports are. */
  readonly folder: string;
  readonly run: (args: readonly string[], options?: CliOptions) => Promise<CliResult>;
  /** Exports to a folder of this name. Fails if the command fails. */
  readonly exportTo: (name: string, ...args: readonly string[]) => Promise<string>;
  readonly write: (sql: string) => void;
  readonly rows: (sql: string) => Record<string, unknown>[];
}

/** A mirror in which everything happened that can happen, or the one that is given, and how to export it. */
export async function startExport(given?: string): Promise<ExportHarness> {
  const database = given ?? (await makeFullMirror());
  const folder = tempFolder();
  const run = (args: readonly string[], options: CliOptions = {}) =>
    runCli([...args, '--database', database], { folder, ...options });
  const use = <Result>(action: (sqlite: ReturnType<typeof openSqlite>) => Result): Result => {
    const sqlite = openSqlite(database);
    try {
      return action(sqlite);
    } finally {
      sqlite.close();
    }
  };
  return {
    database,
    folder,
    run,
    async exportTo(name, ...args) {
      const { exitCode, stderr } = await run(['export', name, ...args]);
      if (exitCode !== 0) throw new Error(stderr);
      return join(folder, name);
    },
    write(sql) {
      use((sqlite) => sqlite.exec(sql));
    },
    rows: (sql) => use((sqlite) => sqlite.prepare<[], Record<string, unknown>>(sql).all()),
  };
}

export const readManifest = (folder: string): Manifest =>
  JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as Manifest;

/** The files that do not have the hash that SHA256SUMS says, and those that it does not name. */
export function listWrongSums(folder: string): string[] {
  const sums = new Map(
    readFileSync(join(folder, 'SHA256SUMS'), 'utf8')
      .split('\n')
      .filter(Boolean)
      .map((line) => [line.slice(66), line.slice(0, 64)]),
  );
  return listFiles(folder).filter(
    (file) =>
      file !== 'SHA256SUMS' &&
      createHash('sha256')
        .update(readFileSync(join(folder, file)))
        .digest('hex') !== sums.get(file),
  );
}

/** All bytes of an export, by the path of the file. */
export const readAll = (folder: string): Record<string, string> =>
  Object.fromEntries(listFiles(folder).map((file) => [file, readFileSync(join(folder, file), 'latin1')]));

/** What an export says, with compressed files unpacked. */
export async function readWords(folder: string): Promise<string> {
  const words = listFiles(folder).map(async (file) => {
    const path = join(folder, file);
    if (file.endsWith('.xlsx'))
      return Object.values(unzipSync(readFileSync(path)))
        .map((part) => Buffer.from(part).toString())
        .join('');
    if (!file.endsWith('.parquet')) return readFileSync(path, 'utf8');
    const rows = await parquetReadObjects({
      file: await asyncBufferFromFile(path),
      compressors: { GZIP: (input) => gunzipSync(input) },
    });
    return JSON.stringify(rows, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value));
  });
  return (await Promise.all(words)).join('');
}

/** The lines of a file of JSON. */
export const readNdjson = (path: string): Record<string, unknown>[] =>
  readFileSync(path, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Record<string, unknown>);
