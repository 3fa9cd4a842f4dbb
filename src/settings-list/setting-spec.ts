/** How a setting is written, and what it is. */
export interface SettingSpec {
  /**
   * The flag with its value's name; without one it is a switch, with a `--no-` form beside it. Null for a secret, which
   * a flag would show to everyone on the machine.
   */
  readonly flag: string | null;
  readonly env: string;
  /** As a user would write it; undefined when there is none. */
  readonly default: string | undefined;
  readonly means: string;
}
