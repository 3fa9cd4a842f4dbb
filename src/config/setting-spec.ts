import type { Parser } from './parsers.ts';

/** The flag, variable, description and parser of a setting. */
export interface SettingSpec {
  /**
   * The flag with the name of its value. Without a value it is a switch, which also gets a `--no-` form. Null for a
   * secret, because other users of the machine can see flags.
   */
  readonly flag: string | null;
  readonly env: string;
  /**
   * Set for a variable that other programs read too. As in those programs, its lowercase name takes precedence. It is
   * not read from .env, which belongs to this program alone.
   */
  readonly isShared?: true;
  /** As a user would write it; undefined if there is none. */
  readonly default?: string;
  readonly description: string;
  readonly parse: Parser<unknown> | null; // null for what is read only where it is needed
}

/** The values of settings after validation. */
export type Parsed<Specs> = {
  readonly [
    Name in keyof Specs as Specs[Name] extends { readonly parse: null } ? never : Name
  ]: Specs[Name] extends {
    readonly parse: Parser<infer Value>;
  }
    ? Value
    : never;
};

type Written = Omit<SettingSpec, 'env'> & { readonly env?: string };
type Named<Specs> = { readonly [Name in keyof Specs]: Specs[Name] & Omit<SettingSpec, 'parse'> };

/** Derives the variable of each setting from its flag: `--max-passes` and `CLEARINGHOUSE_MAX_PASSES`. */
export function nameVariables<const Specs extends Readonly<Record<string, Written>>>(
  specs: Specs,
): Named<Specs> {
  const named = Object.entries(specs).map(([name, spec]) => {
    const word = (spec.flag ?? '').split(' ')[0]?.slice(2) ?? '';
    return [name, { env: `CLEARINGHOUSE_${word.toUpperCase().replaceAll('-', '_')}`, ...spec }] as const;
  });
  return Object.fromEntries(named) as Named<Specs>;
}
