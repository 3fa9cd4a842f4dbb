import { PACKAGE } from './package-info.ts';
import { UNSEEN } from './safe-text.ts';

/* A command of this program as a user types it into a shell. Everything here is pure. */

/** Nobody could copy these from a terminal, and a backtick is the end of a command in a text. */
const NOT_COPIED = new RegExp(`[${UNSEEN}\`]`, 'gu');

const isCopied = (word: string): boolean => word.search(NOT_COPIED) === -1;

/** A word as bash and zsh take it for one word; as every shell does, unless it has a character that is not copied. */
export function quoteWord(word: string): string {
  if (/^[\w@%+=:,./-]+$/.test(word)) return word;
  if (isCopied(word)) return `'${word.replaceAll("'", String.raw`'\''`)}'`;
  // Printed as they are, these characters would be lost, and the command would name another file.
  return `$'${word.replace(/[\\']/g, String.raw`\$&`).replace(NOT_COPIED, toOctal)}'`;
}

/** A path or address as it is; as a shell can be given it where a terminal would not show all of it. */
export const toPlaceText = (place: string): string => (isCopied(place) ? place : quoteWord(place));

const toOctal = (character: string): string =>
  [...Buffer.from(character)].map((byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('');

const toFlag = (name: string): string =>
  `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

/** A command of this program in a text: in backticks, with the name of the program or with something after its own. */
const SUGGESTED = new RegExp(`\`(${PACKAGE.name} )?([a-z][a-z-]*)( [^\`\n]*)?\``, 'g');

/** Completes each command that a text suggests, so that it can be copied. */
export type Aim = (text: string) => string;

/** The same for a command without backticks. */
export const aimCommand = (aim: Aim, command: string): string => aim(`\`${command}\``).slice(1, -1);

/** A text whose suggested commands are as `rewrite` returns them. */
export function rewriteSuggested(
  text: string,
  rewrite: (command: string, rest: string, isNamed: boolean) => string,
): string {
  return text.replaceAll(
    SUGGESTED,
    (span: string, named: string | undefined, command: string, rest: string | undefined) =>
      named === undefined && rest === undefined
        ? span
        : `\`${rewrite(command, rest ?? '', named !== undefined)}\``,
  );
}

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
