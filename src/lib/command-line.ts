import { PACKAGE } from './package-info.ts';

/* A command of this program as a user types it into a shell. Everything here is pure. */

/** A word as a shell takes it for one word. */
export function quoteWord(word: string): string {
  if (/^[\w@%+=:,./-]+$/.test(word)) return word;
  if (!/\p{Cc}/u.test(word)) return `'${word.replaceAll("'", String.raw`'\''`)}'`;
  // A message shows no control character.
  return `$'${word.replace(/[\\']/g, String.raw`\$&`).replace(/\p{Cc}/gu, toOctal)}'`;
}

const toOctal = (character: string): string =>
  [...Buffer.from(character)].map((byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('');

const toFlag = (name: string): string =>
  `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

/** The command with its argument and flags, the flags named as commander names them; those that are not set are left out. */
export function renderOwnCommand(
  name: string,
  argument: string,
  flags: Readonly<Record<string, unknown>>,
): string {
  const words = Object.entries(flags).flatMap(([flag, value]) => {
    if (value === true) return [toFlag(flag)];
    const values = (Array.isArray(value) ? value : [value]) as unknown[];
    return values
      .filter((one) => typeof one === 'string' || typeof one === 'number')
      .flatMap((one) => [toFlag(flag), String(one)]);
  });
  return [PACKAGE.name, name, argument, ...words].map(quoteWord).join(' ');
}
