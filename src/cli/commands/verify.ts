import { statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { MirrorError, messageOf } from '../../errors/mirror-error.ts';
import type { ExitName } from '../../errors/exit-codes.ts';
import { toDatabaseError } from '../../db/errors.ts';
import { openMirrorReadOnly } from '../../db/open-mirror.ts';
import { parseSampleSize, type SampleSize } from '../../config/paths.ts';
import { type Scope, endEarly, verifyMirror } from '../../verify/proof.ts';
import { startSecondThread } from '../../verify/second-thread.ts';
import { say, textWidth, write, writeText, type Io } from '../io.ts';
import { createVerifyProgress } from '../text/progress.ts';
import { createFindingsList, renderFinding, renderVerifyReport, toVerifyJson } from '../text/verify.ts';
import { addSettings, readSettings, type Flags } from '../options.ts';
import { parseCaseId } from '../with-mirror.ts';
import { toJsonLine } from '../text/words.ts';

export function defineOptions(command: Command): Command {
  return addSettings(
    command
      .option(
        '--sample <size>',
        'verify only a random sample: a share ("10%") or a number of cases ("500")',
        parseSample,
      )
      .option('--case <id>', 'only this case', parseCaseId)
      .addOption(
        new Option(
          '--threads <number>',
          'verify with one thread or two (default: two for a large mirror, on a machine with two cores)',
        ).choices(['1', '2']),
      )
      .option('--json', 'print the report as JSON'),
    ['database'],
  ).addHelpText(
    'after',
    `
verify rebuilds every payload, current and historical, from its rows and compares it with
its fingerprint. Read-only; a sync can run at the same time. The exit code is 10 if
verify finds an error.

--sample draws new cases each time. It checks the run log completely and the file quickly
(without comparing indexes with tables, and without searching for broken references).
--case checks neither.

A second thread saves up to half of the time and takes another 150 MB of memory. With
--sample and --case there is one thread.

Examples:
  $ clearinghouse-mirror verify
  $ clearinghouse-mirror verify --sample 10%
  $ clearinghouse-mirror verify --case 10002 --json`,
  );
}

function parseSample(text: string): SampleSize {
  const size = parseSampleSize(text);
  if (size !== undefined) return size;
  throw new InvalidArgumentError('It takes a share such as 10% or a number of cases such as 500.');
}

export async function runCommand(flags: Flags, io: Io): Promise<ExitName> {
  const scope = toScope(flags, io);
  const isJson = flags.json === true;
  const { database } = readSettings(flags, io);
  const listed = createFindingsList();
  const progress = createVerifyProgress(io.stderr);
  const startedAt = io.runtime.now().getTime();
  const mirror = openMirrorReadOnly(database);
  const elsewhere = wantsSecondThread(flags, scope, database) ? startSecondThread(mirror) : undefined;
  const steps = verifyMirror(mirror, scope, progress.update, { elsewhere });
  try {
    for (let step = steps.next(); ; step = steps.next()) {
      if (step.done === true) {
        progress.end();
        const report = { ...step.value, database, tookMs: io.runtime.now().getTime() - startedAt };
        if (isJson) await write(io.stdout, toJsonLine(toVerifyJson(report, listed.all())));
        else await writeText(io, renderVerifyReport(report, textWidth(io)));
        const isClean = Object.values(report.tallies).every(({ findings }) => findings === 0);
        return isClean ? 'complete' : 'findings';
      }
      if (listed.add(step.value) && !isJson) {
        progress.end();
        await writeText(io, renderFinding(step.value));
      }
    }
  } catch (thrown) {
    throw toDatabaseError(thrown, database);
  } finally {
    progress.end();
    endEarly(steps);
    const failure = await elsewhere?.end();
    if (failure)
      say(io.stderr, `Verified in one thread, because the second one failed: ${messageOf(failure)}\n`);
    mirror.close();
  }
}

/** In a smaller file, starting a thread takes longer than it saves. */
const LARGE_BYTES = 50_000_000;

function wantsSecondThread({ threads }: Flags, scope: Scope, database: string): boolean {
  if (scope.of !== 'everything') return false;
  if (threads !== undefined) return threads === '2';
  return availableParallelism() >= 2 && statSync(database).size >= LARGE_BYTES;
}

function toScope({ sample, case: id, threads }: Flags, { runtime }: Io): Scope {
  if (sample !== undefined && id !== undefined)
    throw new MirrorError('USAGE', '`verify` takes --sample or --case, and not both.');
  if (threads === '2' && (sample !== undefined || id !== undefined))
    throw new MirrorError('USAGE', '`--threads 2` is for verifying all cases, without --sample and --case.');
  if (sample !== undefined) return { of: 'sample', size: sample as SampleSize, random: runtime.random };
  return id === undefined ? { of: 'everything' } : { of: 'case', id: id as number };
}
