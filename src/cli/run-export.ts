import type { ExitName } from '../errors/exit-codes.ts';
import { toPath } from '../config/paths.ts';
import { type ExportRequest, type FinishedExport, exportMirror } from '../export/export.ts';
import { chooseRun } from '../export/run.ts';
import { type ObjectAddress, parseObjectAddress } from '../export/upload/address.ts';
import { type Uploaded, uploadExport } from '../export/upload/upload.ts';
import { keepHeapSmall } from './heap.ts';
import { type Io, say, withStop, write } from './io.ts';
import { type Flags, readAsOf, readSettings } from './options.ts';
import { renderExport, renderTableProgress, toExportJson } from './text/export.ts';
import { renderBytes, toJsonLine } from './text/words.ts';
import { withMirrorMoment } from './with-mirror.ts';

/** What differs between an export and a release. */
type ExportChoices = Pick<
  ExportRequest,
  'kind' | 'format' | 'tables' | 'partitionBy' | 'forgets' | 'isRaw' | 'filters'
>;

/** Writes an export or a release into `folder` and prints what it wrote. Both take the flags that are read here. */
export async function runExport(
  folder: string,
  flags: Flags,
  io: Io,
  choices: ExportChoices,
): Promise<ExitName> {
  const { database } = readSettings(flags, io);
  const asOf = typeof flags.asOf === 'string' ? readAsOf(flags.asOf, io) : null;
  const path = toPath(folder, 'the folder', io.folder, true);
  const address = typeof flags.to === 'string' ? parseObjectAddress(flags.to) : null;
  const done = await withStop(io, async (signal) => {
    const written = await withMirrorMoment(database, async (mirror) =>
      exportMirror(mirror, {
        ...choices,
        folder: path,
        withoutTexts: flags.withoutTexts === true,
        run: chooseRun(mirror, asOf, flags.allowPartial === true),
        signal,
        onRows: keepHeapSmall,
        onEstimate: (bytes) => {
          say(io.stderr, `About ${renderBytes(bytes)} will be written.\n`);
        },
        onTable: (written) => {
          if (io.stderr.isTTY === true) say(io.stderr, renderTableProgress(written));
        },
      }),
    );
    return {
      written,
      uploaded: address === null ? null : await upload(path, written, address, io, signal, choices.forgets),
    };
  });
  const { written, uploaded } = done;
  await write(
    io.stdout,
    flags.json === true
      ? toJsonLine(toExportJson(path, written, uploaded))
      : renderExport(folder, written, uploaded),
  );
  return 'complete';
}

/** The client of the bucket is large, and loaded only if there is one. */
async function upload(
  folder: string,
  { kind, run }: FinishedExport,
  address: ObjectAddress,
  io: Io,
  signal: AbortSignal,
  forgets: boolean,
): Promise<Uploaded> {
  const { openBucket } = await import('../export/upload/bucket.ts');
  const bucket = openBucket(address, io.env, signal);
  try {
    return await uploadExport(bucket, { folder, kind, runId: run.id, address, forgets });
  } finally {
    bucket.close();
  }
}
