import type { Command } from 'commander';
import { type PublishAddress, postgresAddress } from '../../config/parsers.ts';
import { type PublishSettings, parsePublishSettings, parseSettings } from '../../config/settings.ts';
import type { ExitName } from '../../errors/exit-codes.ts';
import { MirrorError } from '../../errors/mirror-error.ts';
import { chooseRun } from '../../export/run.ts';
import { findServer, namesPassword, toPublishedPlace } from '../../publish/address.ts';
import { LOCK_MS, publishMirror } from '../../publish/publish.ts';
import { findNewestRunId, createExportRecorder } from '../../db/exports.ts';
import { keepHeapSmall } from '../../lib/heap.ts';
import { type Io, say, withStop, write } from '../io.ts';
import { type Flags, PUBLISH_SETTINGS, addSettings, readWrittenSettings } from '../options.ts';
import { renderUnrecorded } from '../text/export.ts';
import { createTableProgress } from '../text/progress.ts';
import { renderPublished, toPublishedJson } from '../text/publish.ts';
import { toJsonLine } from '../text/words.ts';
import { withMirrorMoment } from '../with-mirror.ts';

export function defineOptions(command: Command): Command {
  command
    .option(
      '--full',
      'replace all tables, even if an update would do, or if they are of another mirror, a later run or another choice of texts',
    )
    .option('--allow-partial', 'publish the newest run even if it is not complete')
    .option('--json', 'print JSON');
  return addSettings(command, ['database', ...PUBLISH_SETTINGS]).addHelpText(
    'after',
    `
Without an address, CLEARINGHOUSE_PUBLISH_URL names the server. Other users of a machine can see the arguments of a
program, so a password is never one of them: it is in CLEARINGHOUSE_PUBLISH_URL, PGPASSWORD or ~/.pgpass. PGHOST, PGUSER,
PGSSLMODE, PGSERVICE and so on have the same meaning as for psql. Off this machine, the certificate of the server is
verified (sslmode=verify-full), unless sslmode says otherwise.

The first publish builds typed tables with keys, comments and a full-text index. Later ones replace the cases that
changed, and remove those that left. Everything happens in one transaction: readers see the old state or the new one.
docs/publish.md has the privileges that the role needs.

Examples:
  $ clearinghouse-mirror publish postgres://loader@db.example.org/research
  $ PGPASSWORD=... clearinghouse-mirror publish postgres://loader@127.0.0.1/research --no-publish-texts`,
  );
}

export async function runCommand(address: string | undefined, flags: Flags, io: Io): Promise<ExitName> {
  const written = readWrittenSettings(flags, io);
  const { database } = parseSettings(written);
  const settings = parsePublishSettings(written);
  const server = findServer(chooseAddress(address, settings), io.env);
  const progress = createTableProgress(io.stderr, io.runtime.now, 'loaded');
  const done = await withStop(io, (signal) =>
    withMirrorMoment(database, async (mirror) => {
      const recorder = createExportRecorder(database, io.runtime.now, (place, fault) => {
        say(io.stderr, renderUnrecorded(place, fault));
      });
      const place = toPublishedPlace(
        server,
        { schema: settings.publishSchema, withoutTexts: !settings.publishTexts },
        findNewestRunId(mirror),
      );
      return publishMirror(mirror, {
        server,
        schema: settings.publishSchema,
        withoutTexts: !settings.publishTexts,
        isFull: flags.full === true,
        run: chooseRun(mirror, null, flags.allowPartial === true),
        signal,
        sleep: io.runtime.sleep,
        lockMs: LOCK_MS,
        onRows: keepHeapSmall,
        onPlacing: () => {
          recorder.open(place);
          recorder.begin(place);
        },
        onAbandoned: () => {
          recorder.abandon(place.place);
        },
        onPlaced: () => {
          recorder.finish(place);
        },
        onTable: (_loaded, loaded, of) => {
          progress.update(loaded, of);
        },
      });
    }).finally(progress.end),
  );
  await write(io.stdout, flags.json === true ? toJsonLine(toPublishedJson(done)) : renderPublished(done));
  return 'complete';
}

/** The address of the argument, or else of the settings. Fails with USAGE or SETTING_INVALID. */
function chooseAddress(argument: string | undefined, { publishUrl }: PublishSettings): PublishAddress {
  if (argument === undefined) {
    if (publishUrl !== null) return publishUrl;
    throw new MirrorError('USAGE', 'No server to publish to was named.', {
      hint: 'Name one, such as postgres://USER@HOST/DATABASE, or set CLEARINGHOUSE_PUBLISH_URL.',
    });
  }
  const address = postgresAddress({ text: argument, place: 'flag', from: 'The address' }, 'address');
  if (address === null || !namesPassword(address)) return address ?? { text: argument, from: 'The address' };
  throw new MirrorError(
    'USAGE',
    'The address of the server has a password, which other users of this machine can see.',
    {
      hint: 'Change the password if others use this machine. Put it into CLEARINGHOUSE_PUBLISH_URL, PGPASSWORD or ~/.pgpass.',
    },
  );
}
