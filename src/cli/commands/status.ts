import type { Command } from 'commander';
import type { ExitName } from '../../exit-codes.ts';
import { findMirrorState } from '../../mirror/find-mirror-state.ts';
import { write, type Io } from '../io.ts';
import { renderMirrorState, toStateJson } from '../render/mirror-state.ts';
import { addSettings, readSettings, type Flags } from '../settings-options.ts';
import { withMirror } from '../with-mirror.ts';

const MOST_RUNS = 5;

export function defineStatus(command: Command): Command {
  return addSettings(
    command
      .description('Tell what is in the mirror, how its last runs ended, and what looked odd.')
      .option('--json', 'print it as JSON'),
    ['database'],
  );
}

export async function runStatusCommand(flags: Flags, io: Io): Promise<ExitName> {
  const state = withMirror(readSettings(flags, io).database, (mirror) => findMirrorState(mirror, MOST_RUNS));
  await write(
    io.stdout,
    flags.json === true ? `${JSON.stringify(toStateJson(state))}\n` : renderMirrorState(state),
  );
  return 'complete';
}
