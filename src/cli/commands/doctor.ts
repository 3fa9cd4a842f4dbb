import type { Command } from 'commander';
import type { Finding } from '../../doctor/examine.ts';
import { EXIT_CODES, type ExitName } from '../../exit-codes.ts';
import { withStop, write, type Io } from '../io.ts';
import { toCellText, toJsonLine } from '../render/cell-text.ts';
import { addSettings, SYNC_SETTINGS, readWrittenSettings, type Flags } from '../settings-options.ts';

export function defineDoctor(command: Command): Command {
  return addSettings(
    command
      .description('Check the token, the address, the clock, the database and the disk, and say what to do.')
      .option('--json', 'print the findings as JSON'),
    SYNC_SETTINGS,
  ).addHelpText(
    'after',
    '\nAsks the API once. Ends with the exit code of the first thing that is bad, or 0.',
  );
}

const MARKS = { good: 'ok  ', warning: 'warn', bad: 'BAD ', 'not checked': '-   ' } as const;

export async function runDoctorCommand(flags: Flags, io: Io): Promise<ExitName> {
  const { examine } = await import('../../doctor/examine.ts');
  const written = readWrittenSettings(flags, io);
  const findings: Finding[] = [];
  await withStop(io, async (signal) => {
    for await (const finding of examine(written, io.surroundings, signal)) {
      findings.push(finding);
      if (flags.json !== true) await write(io.stdout, renderFinding(finding));
    }
  });
  const exit = findings.find(({ verdict }) => verdict === 'bad')?.exit ?? 'complete';
  if (flags.json === true) {
    const rows = findings.map(({ check, verdict, detail, hint }) => ({ check, verdict, detail, hint }));
    await write(io.stdout, toJsonLine({ exit_code: EXIT_CODES[exit].code, findings: rows }));
  }
  return exit;
}

function renderFinding({ check, verdict, detail, hint }: Finding): string {
  return `${MARKS[verdict]}  ${check.padEnd(9)} ${toCellText(detail)}\n${hint === null ? '' : `      ${hint}\n`}`;
}
