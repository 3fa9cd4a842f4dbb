import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { MirrorError } from '../../errors.ts';
import type { ExitName } from '../../exit-codes.ts';
import type { EnvValues } from '../../init/env-file.ts';
import type { Question } from '../../init/questions.ts';
import { findTokenFile, parseSettings, readToken } from '../../settings.ts';
import type { SettingName, WrittenSettings } from '../../written-settings.ts';
import { withStop, write, type Io } from '../io.ts';
import { toCellText } from '../render/cell-text.ts';
import { addSettings, readWrittenSettings, type Flags } from '../settings-options.ts';

export function defineInit(command: Command): Command {
  return addSettings(
    command
      .description('Ask for what is needed, check it, and write it into a file .env in this folder.')
      .option('--yes', 'ask nothing: take the flags, the environment and the defaults')
      .option('--replace', 'write over a .env that is there already'),
    ['apiUrl', 'database', 'tokenFile', 'at', 'timezone'],
  ).addHelpText(
    'after',
    `
What a flag or the environment says is not asked for. The file is for its owner's eyes alone (mode 600). Without a
terminal nothing is asked either.

Examples:
  $ clearinghouse-mirror init
  $ CLEARINGHOUSE_API_TOKEN=... clearinghouse-mirror init --yes --database /data/clearinghouse.db --timezone America/Detroit`,
  );
}

export async function runInitCommand(flags: Flags, io: Io): Promise<ExitName> {
  const { QUESTIONS } = await import('../../init/questions.ts');
  const { renderEnvFile, writeEnvFile } = await import('../../init/env-file.ts');
  const path = resolve(io.folder, '.env');
  const replaces = flags.replace === true;
  if (existsSync(path) && !replaces)
    throw new MirrorError('ENV_FILE_EXISTS', `There is a file ${path} already.`);
  let written = readWrittenSettings(flags, io);
  parseSettings(written); // what is not asked for is not to blame on an answer
  const mayAsk = flags.yes !== true && io.ask !== null;
  await withStop(io, async (signal) => {
    for (const question of QUESTIONS) written = await settle(question, written, mayAsk, io, signal);
  });
  const values = toEnvValues(
    written,
    QUESTIONS.map(({ setting }) => setting),
    io.folder,
  );
  writeEnvFile(path, renderEnvFile(values, io.surroundings.now()), replaces);
  await write(io.stdout, `${path} is written.\n\n${NEXT}`);
  return 'complete';
}

/**
 * What is written down: what was asked for, given, or stood in the file before. Not what is the default anyway, and not a
 * token that is in a file of its own.
 */
function toEnvValues(written: WrittenSettings, asked: readonly SettingName[], folder: string): EnvValues {
  const values: Partial<Record<SettingName, string>> = {};
  const file = findTokenFile(written);
  const isWanted = (name: SettingName): boolean => asked.includes(name) || written[name]?.place !== 'default';
  for (const name of Object.keys(written) as SettingName[]) {
    const one = written[name];
    if (one !== undefined && isWanted(name)) values[name] = one.text;
  }
  if (values.database !== undefined) values.database = resolve(folder, values.database);
  if (file === undefined) return { ...values, token: readToken(written), tokenFile: undefined };
  return { ...values, token: undefined, tokenFile: resolve(folder, file.text) };
}

const NEXT = `What to run next, in this folder:
  clearinghouse-mirror doctor      looks at everything once more
  clearinghouse-mirror sync        fills the mirror: some 0.9 GB, once
  clearinghouse-mirror status
  clearinghouse-mirror nightly     keeps it up to date
`;

/** Has a setting that can be used: as it is written, or as it is answered. Fails with what speaks against it. */
async function settle(
  question: Question,
  written: WrittenSettings,
  mayAsk: boolean,
  io: Io,
  signal: AbortSignal,
): Promise<WrittenSettings> {
  const { checkAnswer } = await import('../../init/questions.ts');
  const { setting, text, isSecret = false, fallback } = question;
  const isGiven = (one: SettingName): boolean =>
    written[one] !== undefined && written[one].place !== 'default' && written[one].place !== '.env';
  const isSettled = isGiven(setting) || (setting === 'token' && isGiven('tokenFile'));
  for (;;) {
    const old = written[setting]?.place === '.env' ? written[setting].text : undefined;
    const preset = old ?? fallback();
    const offer = preset === undefined ? '' : ` [${isSecret ? 'as it is' : preset}]`;
    const answer =
      isSettled || !mayAsk || io.ask === null ? '' : await io.ask(`${text}${offer}: `, isSecret, signal);
    const chosen = answer.trim() === '' ? preset : answer.trim();
    const now: WrittenSettings =
      isSettled || chosen === undefined
        ? written
        : { ...written, [setting]: { text: chosen, place: 'flag', from: 'The answer' } };
    const {
      isGood,
      text: remark,
      hint,
    } = await checkAnswer(question, {
      written: now,
      surroundings: io.surroundings,
      signal,
    });
    const advice = hint == null ? '' : `\n      ${hint}`;
    await write(
      io.stderr,
      `${isGood ? 'ok  ' : 'BAD '}  ${setting.padEnd(9)} ${toCellText(remark)}${advice}\n`,
    );
    if (isGood) return now;
    if (isSettled || !mayAsk) throw new MirrorError('SETTING_INVALID', remark, hint == null ? {} : { hint });
  }
}
