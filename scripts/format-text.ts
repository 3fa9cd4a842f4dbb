import { readFileSync } from 'node:fs';
import { format, type FormatConfig } from 'oxfmt';

const SETTINGS = new URL('../.oxfmtrc.json', import.meta.url);

/** Formats a generated text as `npm run format` formats its file. The extension of `path` names the language. */
export async function formatText(path: string, text: string): Promise<string> {
  const settings = JSON.parse(readFileSync(SETTINGS, 'utf8')) as FormatConfig;
  const { code, errors } = await format(path, text, settings);
  const [error] = errors;
  if (error !== undefined) throw new Error(`${path} cannot be formatted: ${error.message}`);
  return code;
}
