import { closeSync, fstatSync, openSync, readSync, realpathSync, statSync } from 'node:fs';
import { relative, resolve, sep } from 'node:path';
import { isatty } from 'node:tty';
import { parseApiUrl, isOfficialApi } from '../api/urls.ts';
import { MirrorError } from '../errors/mirror-error.ts';
import { codeOf, wordsOf } from '../lib/system-errors.ts';
import { decodeText } from './env-file.ts';
import { whileSignalsEnd } from './early-signals.ts';
import { PLACES, type WrittenSetting, path } from './parsers.ts';
import type { WrittenSettings } from './settings.ts';

/** The file that contains the token; undefined if a place with higher precedence contains the token itself. */
export function findTokenFile({ token, tokenFile }: WrittenSettings): WrittenSetting | undefined {
  if (tokenFile === undefined || token === undefined) return tokenFile;
  return rankOf(tokenFile) <= rankOf(token) ? tokenFile : undefined;
}

const rankOf = ({ place }: WrittenSetting): number => PLACES.indexOf(place);

/** The absolute path of the token file; `-` is standard input. */
export function toTokenPath(written: WrittenSettings): string {
  return written.tokenFile?.text.trim() === '-' ? '-' : path(written.tokenFile, 'tokenFile');
}

/**
 * Reads the token, without the word `Token` and surrounding spaces, from the place with the highest precedence. If a
 * place has both a token and a token file, the file counts. Throws ADDRESS_UNTRUSTED before it reads a token that would
 * be sent to an address set by someone else.
 */
export function readToken(written: WrittenSettings): string {
  const { token: given } = written;
  const file = findTokenFile(written);
  const path = file === undefined ? undefined : toTokenPath(written);
  if (path !== undefined && path !== '-') checkThere(path, file?.from);
  checkTrust(written, file ?? given, path);
  const text = path === undefined ? given?.text : readTokenFile(path, file?.from);
  const token = (text ?? '').trim().replace(/^token(\s+|$)/i, '');
  if (token === '') throw new MirrorError('TOKEN_MISSING', 'No API token was given.');
  if (!/^[\x21-\x7e]+$/.test(token)) {
    const place = path === undefined ? (given?.from ?? 'The API token') : nameFile(path, file?.from);
    throw new MirrorError('SETTING_INVALID', `${place} holds spaces or characters that a token cannot have.`);
  }
  return token;
}

/** A missing file is reported first, whatever address its token would be sent to. Throws SETTING_INVALID. */
function checkThere(path: string, from: string | undefined): void {
  try {
    statSync(path);
  } catch (cause) {
    throw toUnreadable(nameFile(path, from), cause);
  }
}

function toUnreadable(name: string, cause: unknown): MirrorError {
  return new MirrorError('SETTING_INVALID', `${name} cannot be read: ${wordsOf(cause)}.`, { cause });
}

/**
 * A .env can come with a folder that someone else created. So the address that it sets gets only a token from the same
 * .env or from a file beside it.
 */
function checkTrust(
  written: WrittenSettings,
  secret: WrittenSetting | undefined,
  path: string | undefined,
): void {
  const { apiUrl: address, ca } = written;
  if (ca?.place === '.env' && secret !== undefined && secret.place !== '.env')
    throw new MirrorError(
      'ADDRESS_UNTRUSTED',
      '.env names certificates to trust, so that no token that is set elsewhere is sent.',
      { hint: 'Set CLEARINGHOUSE_CA_FILE where the token is set, or put the token into the same .env.' },
    );
  if (address?.place !== '.env' || secret === undefined) return;
  const url = parseApiUrl(address.text, address.from);
  if (isOfficialApi(url)) return;
  const isOfEnv = secret.place === '.env';
  if (isOfEnv && (path === undefined || isWithin(path, address.folder ?? process.cwd()))) return;
  const what = isOfEnv ? 'token from outside its folder' : 'token that is set elsewhere';
  throw new MirrorError(
    'ADDRESS_UNTRUSTED',
    `.env names the address ${url.origin}. A ${what} is not sent there.`,
  );
}

function isWithin(path: string, folder: string): boolean {
  try {
    const way = relative(realpathSync(resolve(folder)), realpathSync(path));
    return way !== '..' && !way.startsWith(`..${sep}`) && !way.startsWith(sep);
  } catch {
    return false;
  }
}

const MAX_BYTES = 65_536;
const STDIN = 0;
/** Standard input can be read only once, so its content is kept. */
const piped = new Map<string, string>();

/** Waits for a slow writer, such as a password manager. Throws SETTING_INVALID. */
function readTokenFile(path: string, from: string | undefined): string {
  const known = piped.get(path);
  if (known !== undefined) return known;
  const name = nameFile(path, from);
  if (path === '-' && isatty(STDIN))
    throw new MirrorError('SETTING_INVALID', 'A token is not read from a terminal, which would show it.', {
      hint: 'Run `clearinghouse-mirror init`, which asks for it without showing it.',
    });
  let file: number | undefined;
  try {
    const open = (): number => (path === '-' ? STDIN : openSync(path, 'r'));
    const isFile = (path === '-' ? fstatSync(STDIN) : statSync(path)).isFile();
    file = isFile ? open() : whileSignalsEnd(open);
    const opened = file;
    const bytes = isFile ? readWhole(opened, name) : whileSignalsEnd(() => readWhole(opened, name));
    const text = decodeText(bytes, name);
    if (!isFile) piped.set(path, text);
    return text;
  } catch (cause) {
    if (cause instanceof MirrorError) throw cause;
    throw toUnreadable(name, cause);
  } finally {
    if (file !== undefined && file !== STDIN) closeSync(file);
  }
}

function nameFile(path: string, from = '--token-file'): string {
  return path === '-' ? 'Standard input' : `The token file ${path} (${from})`;
}

function readWhole(file: number, name: string): Buffer {
  const buffer = Buffer.alloc(MAX_BYTES + 1);
  for (let length = 0; length <= MAX_BYTES;) {
    try {
      const count = readSync(file, buffer, length, buffer.length - length, null);
      if (count === 0) return buffer.subarray(0, length);
      length += count;
    } catch (error) {
      const code = codeOf(error);
      if (code === 'EOF') return buffer.subarray(0, length);
      if (code !== 'EAGAIN') throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
    }
  }
  throw new MirrorError('SETTING_INVALID', `${name} holds more than a token.`);
}

/** Whether a token comes from what can be read once only, so that its path is no place to find it again. */
export function isPipe(path: string): boolean {
  return path === '-' || piped.has(path);
}
