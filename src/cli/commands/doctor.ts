import type { Command } from 'commander';
import { resolve } from 'node:path';
import type { Finding } from '../../doctor/finding.ts';
import { EXIT_CODES, type ExitName } from '../../errors/exit-codes.ts';
import { textWidth, withStop, write, type Io } from '../io.ts';
import { toJsonLine } from '../text/words.ts';
import { renderFinding } from '../text/errors.ts';
import { addSettings, ALL_SETTINGS, readWrittenSettings, type Flags } from '../options.ts';

export function defineOptions(command: Command): Command {
  return addSettings(
    command
      .option('--test-notifications', 'send a test to the ping and webhook addresses')
      .option('--json', 'print the findings as JSON'),
    ALL_SETTINGS,
  ).addHelpText(
    'after',
    `
doctor sends one request to the API. "-" marks what could not be checked. The exit code is
that of the first failed check, or 0. A ping is tested at /log below its address, which
does not change the state of a check at healthchecks.io.`,
  );
}

export async function runCommand(flags: Flags, io: Io): Promise<ExitName> {
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
  await withStop(io, async (signal) => {
    for await (const finding of examine(patient, io.runtime, signal)) {
      findings.push(finding);
      if (flags.json !== true) await write(io.stdout, renderFinding(finding, textWidth(io), io.timeZone));
    }
  });
  const exit = findings.find(({ verdict }) => verdict === 'bad')?.exit ?? 'complete';
  if (flags.json === true) {
    const rows = findings.map(({ check, verdict, detail, hint }) => ({ check, verdict, detail, hint }));
    await write(io.stdout, toJsonLine({ exit_code: EXIT_CODES[exit].code, findings: rows }));
  }
  return exit;
}
