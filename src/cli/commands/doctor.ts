import type { Command } from 'commander';
import { resolve } from 'node:path';
import { findApiWarning, isOfficialApi } from '../../api/urls.ts';
import type { Finding } from '../../doctor/finding.ts';
import { EXIT_CODES, type ExitName } from '../../errors/exit-codes.ts';
import { MirrorError } from '../../errors/mirror-error.ts';
import { say, textWidth, withStop, write, type Io } from '../io.ts';
import { checkTarget, writeOutputFile, type OutputFile } from '../output.ts';
import { toJsonLine } from '../text/words.ts';
import { toAim } from '../suggested-commands.ts';
import { renderFinding } from '../text/errors.ts';
import {
  addSettings,
  ALL_SETTINGS,
  readSettingsAndToken,
  readWrittenSettings,
  type Flags,
} from '../options.ts';

export function defineOptions(command: Command): Command {
  return addSettings(
    command
      .option('--test-notifications', 'send a test to the ping and webhook addresses')
      .option('--probe', 'compare the API with what this program assumes, with at most fifteen requests')
      .option('--yes', 'with --probe: send the requests without asking')
      .option('--report <file>', 'with --probe: also write a report in Markdown, for an issue')
      .option('--force', 'with --report: replace an existing file')
      .option('--json', 'print the findings as JSON'),
    ALL_SETTINGS,
  ).addHelpText(
    'after',
    `
doctor sends one request to the API. "-" marks what could not be checked. The exit code is
that of the first failed check, or 0. A ping is tested at /log below its address, which
does not change the state of a check at healthchecks.io.

--probe only compares the API with docs/assumptions.md. It lists its requests, asks, and
sends them one after another, each once. The result and the report contain no token, no
content of cases, no ids and no text of the server. The exit code is 0 if every assumption
holds or was not seen, and 13 if the API differs from one.

Example:
  $ clearinghouse-mirror doctor --probe --report probe.md`,
  );
}

export async function runCommand(flags: Flags, io: Io): Promise<ExitName> {
  checkFlags(flags);
  return flags.probe === true ? probe(flags, io) : examineAll(flags, io);
}

/** Fails with USAGE if flags do not go together. */
function checkFlags(flags: Flags): void {
  const needs = (flag: string, isGiven: boolean, other: string, hint: string): void => {
    if (isGiven) throw new MirrorError('USAGE', `${flag} goes with ${other}.`, { hint });
  };
  const isProbe = flags.probe === true;
  needs('--yes', flags.yes === true && !isProbe, '--probe', 'Leave it out, or add --probe.');
  needs('--report', flags.report !== undefined && !isProbe, '--probe', 'Leave it out, or add --probe.');
  needs('--force', flags.force === true && flags.report === undefined, '--report FILE', 'Leave it out.');
  if (isProbe && flags.testNotifications === true)
    throw new MirrorError('USAGE', '--probe sends no notifications.', { hint: 'Give one of the two flags.' });
}

async function examineAll(flags: Flags, io: Io): Promise<ExitName> {
  const { examine } = await import('../../doctor/examine.ts');
  const warnings: string[] = [];
  const written = readWrittenSettings(flags, io, (warning) => warnings.push(warning));
  const patient = {
    written,
    warnings,
    envPath: resolve(io.folder, '.env'),
    testsNotifications: flags.testNotifications === true,
    tz: io.env.TZ,
  };
  const findings: Finding[] = [];
  const aim = toAim(io, flags);
  await withStop(io, async (signal) => {
    for await (const finding of examine(patient, io.runtime, signal)) {
      findings.push(finding);
      if (flags.json !== true)
        await write(io.stdout, renderFinding(finding, textWidth(io), io.timeZone, aim));
    }
  });
  const exit = findings.find(({ verdict }) => verdict === 'bad')?.exit ?? 'complete';
  if (flags.json === true) {
    const rows = findings.map(({ check, verdict, detail, hint }) => ({ check, verdict, detail, hint }));
    await write(io.stdout, toJsonLine({ exit_code: EXIT_CODES[exit].code, findings: rows }));
  }
  return exit;
}

async function probe(flags: Flags, io: Io): Promise<ExitName> {
  const { settings, token } = readSettingsAndToken(flags, io);
  const { apiUrl, database, delayMs } = settings;
  const report: OutputFile | null =
    typeof flags.report === 'string'
      ? {
          path: flags.report,
          flag: '--report',
          folder: io.folder,
          database,
          mayReplace: flags.force === true,
        }
      : null;
  if (report !== null) checkTarget(report); // before anything is sent
  const { runProbe, findProbePause } = await import('../../doctor/probe/probe.ts');
  const paused = findProbePause(settings, io.runtime.now());
  if (paused !== null)
    throw new MirrorError(
      'RETRY_AFTER_TOO_LONG',
      `The server asked for no request until ${paused.toISOString()}.`,
      { hint: 'Probe the API after that time.' },
    );
  const { judgeProbe, sawNothing } = await import('../../doctor/probe/judge.ts');
  const text = await import('../text/probe.ts');
  say(io.stderr, text.renderProbePlan(apiUrl.host, delayMs, textWidth(io)));
  return withStop<ExitName>(io, async (signal) => {
    if (flags.yes !== true) await confirm(apiUrl.host, io, signal);
    const at = io.runtime.now();
    const seen = await runProbe(
      {
        settings,
        token,
        signal,
        onObservation: (name, observation) => {
          say(io.stderr, text.renderObservation(name, observation));
        },
      },
      io.runtime,
    );
    const judgements = judgeProbe(seen);
    const isOfficial = isOfficialApi(apiUrl) && findApiWarning(apiUrl) === null;
    const result = { seen, judgements, isOfficial, at };
    const differs = judgements.some(({ verdict }) => verdict === 'differs');
    const exit = differs ? 'differs' : sawNothing(seen) ? 'network' : 'complete';
    await write(
      io.stdout,
      flags.json === true
        ? toJsonLine(text.toProbeJson(result, EXIT_CODES[exit].code))
        : text.renderProbe(result, textWidth(io)),
    );
    if (report !== null) {
      writeOutputFile(report, [text.renderProbeMarkdown(result)]);
      say(io.stderr, `${report.path}: written.\n`);
    }
    if (exit === 'network')
      throw new MirrorError('NETWORK_FAILED', 'The probe saw nothing of the API.', {
        hint: '`clearinghouse-mirror doctor` checks the address and the network.',
      });
    return exit;
  });
}

/** Asks at the terminal. Fails with USAGE without one, and with INTERRUPTED if the answer is not yes. */
async function confirm(host: string, io: Io, signal: AbortSignal): Promise<void> {
  if (io.ask === null)
    throw new MirrorError(
      'USAGE',
      'Nothing was sent: there is no terminal on which to confirm the requests.',
      {
        hint: 'Add --yes to send them.',
      },
    );
  const answer = await io.ask(`Send them to ${host}? [y/N] `, false, signal);
  if (!/^\s*y(es)?\s*$/i.test(answer))
    throw new MirrorError('INTERRUPTED', 'Nothing was sent.', { hint: 'Answer "y" to send the requests.' });
}
