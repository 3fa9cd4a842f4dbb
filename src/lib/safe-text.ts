/*
 * The one place that makes text of other people's fit for a message: what a server, a file or the system said. Terminal,
 * log, ledger, report, webhook and ping all show messages, so none of them cleans text by itself.
 */

/** The longest piece of somebody else's text in a message, in characters. */
const MAX_QUOTED = 300;
/** The longest message, in characters: the pieces and the sentence around them. */
export const MAX_MESSAGE = 1000;
/** The characters, in a class of a pattern, that a terminal acts on, breaks a line at or does not show. */
export const UNSEEN = String.raw`\p{Cc}\p{Cf}\u2028\u2029`;
const UNSEEN_OR_BLANK = new RegExp(`[${UNSEEN}\\s]+`, 'gu');
const UNSEEN_RUN = new RegExp(`[${UNSEEN}]+`, 'gu');

/** Of a longer text only the beginning is looked at. */
const MAX_READ = 20_000;

/**
 * One line, at most 300 characters, without control characters (C0 and C1), characters that turn the direction of
 * writing and characters without width.
 */
export function toSafeWords(text: string): string {
  const line = text.slice(0, MAX_READ).replace(UNSEEN_OR_BLANK, ' ').trim();
  return cut(line, MAX_QUOTED);
}

/** The same for a whole message, which keeps its spaces. */
export function toSafeMessage(text: string): string {
  return cut(text.slice(0, MAX_READ).replace(UNSEEN_RUN, ' '), MAX_MESSAGE);
}

function cut(text: string, max: number): string {
  return text.length > max ? `${text.slice(0, max).toWellFormed()}...` : text.toWellFormed();
}

/** Finds a secret in text, however it is written there. */
export interface SecretMask {
  /** The text with `[token]` wherever the secret stands. */
  readonly mask: (text: string) => string;
  /** Whether the secret stands in the text. */
  readonly isIn: (text: string) => boolean;
}

/**
 * Knows a secret as it is, percent-encoded (more than once, too), with the escapes of JSON and HTML, with characters in
 * between that nobody sees, and in base64.
 */
export function createSecretMask(secret: string): SecretMask {
  const forms = [toLettersPattern(secret), ...toBase64Forms(secret).map(escapePattern)];
  const pattern = new RegExp(forms.join('|'), 'giu');
  return {
    mask: (text) => text.replace(pattern, '[token]'),
    isIn: (text) => text.search(pattern) !== -1,
  };
}

/** Each character of the secret in any of the ways to write it. */
function toLettersPattern(secret: string): string {
  return Array.from(secret, (character) => {
    const code = character.codePointAt(0) ?? 0;
    const hex = code.toString(16);
    const bytes = Array.from(Buffer.from(character), (byte) => `%(?:25)*${toHex(byte, 2)}`).join('');
    const escapes = `\\\\+(?:u${toHex(code, 4)}|u\\{0*${hex}\\}|x${toHex(code, 2)})`;
    const entities = `&#(?:0*${code}|x0*${hex});?`;
    // A backslash before a character that needs none, as JSON allows before a slash.
    return `(?:\\\\?${escapePattern(character)}|${bytes}|${escapes}|${entities})`;
  }).join('[\\p{Cc}\\p{Cf}]*');
}

const toHex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0');

/** Shorter pieces occur by chance. */
const MIN_BASE64 = 8;

/** The characters of base64 that the secret alone decides, for each of the three places at which it may begin. */
function toBase64Forms(secret: string): string[] {
  const bytes = Buffer.from(secret);
  const forms = [0, 1, 2].flatMap((before) => {
    const text = Buffer.concat([Buffer.alloc(before), bytes]);
    const from = Math.ceil((before * 8) / 6);
    const to = Math.floor((text.length * 8) / 6);
    return [text.toString('base64').slice(from, to), text.toString('base64url').slice(from, to)];
  });
  return [...new Set(forms)].filter(({ length }) => length >= MIN_BASE64);
}

function escapePattern(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`);
}
