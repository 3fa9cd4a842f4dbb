/** How a setting is written, and what it is. */
export interface SettingSpec {
  /**
   * The flag with its value's name; without one it is a switch, with a `--no-` form beside it. Null for a secret, which
   * a flag would show to everyone on the machine.
   */
  readonly flag: string | null;
  readonly env: string;
  /**
   * Set for a variable that other programs read as well: its name in small letters goes before, as it does there, and a
   * .env, which is of this program alone, does not set it.
   */
  readonly isShared?: true;
  /** As a user would write it; undefined when there is none. */
  readonly default: string | undefined;
  readonly means: string;
}
