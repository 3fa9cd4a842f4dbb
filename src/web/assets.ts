import { readFileSync } from 'node:fs';

/** The files are beside this module: in src/web/ and in the bundle. */
const read = (name: string): string => readFileSync(new URL(name, import.meta.url), 'utf8');

/** The style sheet of the pages and of reports. */
export const STYLE = read('style.css');
export const ICON = read('icon.svg');
