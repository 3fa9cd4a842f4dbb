import { MirrorError } from '../errors.ts';
import type { ExitName } from '../exit-codes.ts';
import { say, type Io } from './io.ts';
import { readSettings, type Flags } from './settings-options.ts';

type Command<Arguments extends readonly unknown[]> = (
  ...inputs: [...argument: Arguments, flags: Flags, io: Io]
) => Promise<ExitName>;

/** A command that reads the mirror: where it meets a damaged value it fails with DATABASE_DAMAGED. */
export function reading<Arguments extends readonly unknown[]>(run: Command<Arguments>): Command<Arguments> {
  return async (...inputs) => {
    try {
      return await run(...inputs);
    } catch (thrown) {
      if (thrown instanceof MirrorError) throw thrown;
      const [flags, io] = inputs.slice(-2) as [Flags, Io];
      const { explainFailure } = await import('./explain-failure.ts');
      throw explainFailure(thrown, readSettings(flags, io).database, (text) => {
        say(io.stderr, `${text}\n`);
      });
    }
  };
}
