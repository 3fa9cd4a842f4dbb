import type { ExitName } from '../errors/exit-codes.ts';
import { toPath } from '../config/paths.ts';
import { type ExportRequest, exportMirror } from '../export/export.ts';
import { chooseRun } from '../export/run.ts';
import { type UploadedPlace, parseObjectAddress, toBucketPlace } from '../export/upload/address.ts';
import { type UploadRequest, type Uploaded, uploadExport } from '../export/upload/upload.ts';
import { type ExportPlace, findNewestRunId, findOldestRunId, createExportRecorder } from '../db/exports.ts';
import { renderOwnCommand } from '../lib/command-line.ts';
import { keepHeapSmall } from '../lib/heap.ts';
import { type Io, say, withStop, write } from './io.ts';
import { type Flags, readAsOf, readSettings } from './options.ts';
import { renderExport, renderUnrecorded, toExportJson } from './text/export.ts';
import { createTableProgress } from './text/progress.ts';
import { renderBytes, toJsonLine } from './text/words.ts';
import { withMirrorMoment } from './with-mirror.ts';

/** What differs between an export and a release. */
type ExportChoices = Pick<
  ExportRequest,
  'kind' | 'format' | 'tables' | 'partitionBy' | 'dropsHistory' | 'isRaw' | 'filters'
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
  const { kind, dropsHistory } = choices;
  const progress = createTableProgress(io.stderr, io.runtime.now, 'written and read back');
  const done = await withStop(io, (signal) =>
    withMirrorMoment(database, async (mirror) => {
      const run = chooseRun(mirror, asOf, flags.allowPartial === true);
      const recorder = createExportRecorder(database, io.runtime.now, (place, fault) => {
        say(io.stderr, renderUnrecorded(place, fault));
      });
      const readRunId = findNewestRunId(mirror);
      const command = toCommand(path, kind, flags, asOf === null ? null : run.id);
      const toFolder = (place: string, keepsEarlier: boolean): ExportPlace => ({
        place,
        kind,
        command,
        runId: readRunId,
        keepsEarlier,
      });
      return exportMirror(mirror, {
        ...choices,
        folder: path,
        withoutTexts: flags.withoutTexts === true,
        run,
        signal,
        onRows: keepHeapSmall,
        onEstimate: (bytes) => {
          say(io.stderr, `About ${renderBytes(bytes)} will be written.\n`);
        },
        onTable: (_written, written, of) => {
          progress.update(written, of);
        },
        onBeginning: (place, hasEarlier) => {
          recorder.open(toFolder(place, hasEarlier));
        },
        onAbandoned: recorder.abandon,
        onPlacing: (place, keepsEarlier) => {
          recorder.begin(toFolder(place, keepsEarlier));
        },
        onPlaced: (place, keepsEarlier) => {
          recorder.finish(toFolder(place, keepsEarlier));
        },
        copy:
          address === null
            ? null
            : (from, check) => {
                const runId = kind === 'delta' ? findOldestRunId(database, from) : readRunId;
                const toObjects = (place: UploadedPlace): ExportPlace =>
                  toBucketPlace(address, place, { command, runId, env: io.env });
                return upload(
                  {
                    folder: from,
                    kind,
                    runId: run.id,
                    address,
                    dropsHistory,
                    readsAll: flags.check === true,
                    check,
                    onPlacing: (place) => {
                      recorder.begin(toObjects(place));
                    },
                    onPlaced: (place) => {
                      recorder.finish(toObjects(place));
                    },
                  },
                  io,
                  signal,
                );
              },
      });
    }).finally(progress.end),
  );
  await write(
    io.stdout,
    flags.json === true ? toJsonLine(toExportJson(path, done)) : renderExport(folder, done),
  );
  return 'complete';
}

/** The command that writes a folder anew: with the same choices, and without what was redacted since. */
function toCommand(
  path: string,
  kind: ExportRequest['kind'],
  given: Flags,
  asOfRunId: number | null,
): string {
  const { database: _, json: __, ...flags } = given;
  const name = kind === 'release' ? 'release' : 'export';
  return renderOwnCommand(name, path, {
    ...flags,
    ...(asOfRunId !== null && { asOf: asOfRunId }),
    ...(kind === 'delta' && { forget: true }),
  });
}

/** The client of the bucket is large, and loaded only if there is one. */
async function upload(request: UploadRequest, io: Io, signal: AbortSignal): Promise<Uploaded> {
  const { openBucket } = await import('../export/upload/bucket.ts');
  const bucket = openBucket(request.address, io.env, signal);
  try {
    return await uploadExport(bucket, request);
  } finally {
    bucket.close();
  }
}
