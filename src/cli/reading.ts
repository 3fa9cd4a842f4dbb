import { MirrorError, messageOf } from '../errors.ts';
import type { ExitName } from '../exit-codes.ts';
import { toDatabaseError } from '../mirror/database-error.ts';
import { openMirrorReadOnly } from '../mirror/open-mirror.ts';
import { toSafeWords } from '../safe-text.ts';
import { verifyMirror } from '../verify/verify-mirror.ts';
import { type Io, say } from './io.ts';
import { type Flags, readSettings } from './settings-options.ts';

const HINT =
  'Run `clearinghouse-mirror verify`, which names everything that is damaged; `clearinghouse-mirror restore` puts a snapshot back.';

/**
 * Explains what a command that reads the mirror has thrown. What is no known failure is a fault of the program, unless
 * the mirror proves to be damaged: its verification says which of the two, and ends at the first finding. That can take
 * minutes, so it is told.
 */
export function explainFailure(thrown: unknown, database: string, tell: (text: string) => void): unknown {
  const error = toDatabaseError(thrown, database);
  if (error instanceof MirrorError) return error;
  tell(
    `The command failed in a way that nobody foresaw (${toSafeWords(messageOf(thrown))}). Looking through ${database} for damage, up to the first; Ctrl-C ends it.`,
  );
  const found = findDamage(database);
  if (found === undefined) return thrown;
  return new MirrorError('DATABASE_DAMAGED', `${database}: ${found}.`, { cause: thrown, hint: HINT });
}

function findDamage(database: string): string | undefined {
  try {
    const mirror = openMirrorReadOnly(database);
    try {
      // Leaving the loop ends what the verification is reading.
      for (const { caseId, what, expected, found } of verifyMirror(
        mirror,
        { of: 'everything' },
        () => undefined,
      ))
        return `${caseId === null ? '' : `case ${caseId}: `}${what}: expected ${expected}, found ${found}`;
      return undefined;
    } finally {
      mirror.close();
    }
  } catch (error) {
    return error instanceof MirrorError ? messageOf(error) : undefined;
  }
}

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
      throw explainFailure(thrown, readSettings(flags, io).database, (text) => {
        say(io.stderr, `${text}\n`);
      });
    }
  };
}
