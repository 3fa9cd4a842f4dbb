import { MirrorError } from '../errors.ts';
import { replaceFile } from '../files/replace-file.ts';
import { parseDotEnv } from '../dot-env.ts';
import { codeOf, wordsOf } from '../system-words.ts';
import { SETTINGS } from '../settings-list.ts';
import type { SettingName } from '../written-settings.ts';

/** What is to stand in the file, by setting. */
export type EnvValues = Readonly<Partial<Record<SettingName, string | undefined>>>;

/** The text of a .env, with a comment on each setting. */
export function renderEnvFile(values: EnvValues, at: Date): string {
  const names = Object.keys(SETTINGS) as SettingName[];
  const lines = names
    .filter((name) => values[name] !== undefined)
    .map((name) => `# ${SETTINGS[name].means}\n${toLine(SETTINGS[name].env, values[name] ?? '')}\n`);
  return `# Settings of clearinghouse-mirror, written by its command \`init\` on ${at.toISOString().slice(0, 10)}. Keep this file to yourself.
# What else can be set: docs/configuration.md.

${lines.join('\n')}`;
}

/** A line that is read back as that value, here, by a shell, by Compose and by systemd. Fails with SETTING_INVALID where no kind of quotes can hold it. */
function toLine(variable: string, value: string): string {
  const needsNone = /^[\w./:@%+,-]+$/.test(value); // so that a shell reads it likewise
  // Others put something in for these even between double quotes.
  const isPlain = !/[\\$`]/.test(value);
  for (const quote of [...(needsNone ? [''] : []), ...(isPlain ? ['"'] : []), "'", '"', '`']) {
    const line = `${variable}=${quote}${value}${quote}`;
    if (!value.includes('\n') && parseDotEnv(line).values[variable] === value) return line;
  }
  throw new MirrorError(
    'SETTING_INVALID',
    `${variable} cannot be written into .env: it holds every kind of quotes, or a line break.`,
  );
}

/**
 * Writes the file for its owner's eyes alone: as a whole, or the old one stays. Fails with ENV_FILE_EXISTS unless an old
 * one is to be replaced, and with SETTING_INVALID where it cannot be written.
 */
export function writeEnvFile(path: string, text: string, replaces: boolean): void {
  try {
    replaceFile(path, text, { mode: 0o600, mustBeNew: !replaces });
  } catch (cause) {
    if (codeOf(cause) === 'EEXIST')
      throw new MirrorError('ENV_FILE_EXISTS', `There is a file ${path} already.`, { cause });
    throw new MirrorError('SETTING_INVALID', `${path} cannot be written: ${wordsOf(cause)}.`, { cause });
  }
}
