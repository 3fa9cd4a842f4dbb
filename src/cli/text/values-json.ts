import type { ShownChange } from '../../case/shown-fields.ts';

const VALUES = { before: 'old_value', after: 'new_value' } as const;

/** The values of a change, and which of them are not shown or not in whole. JSON.stringify omits a member that is undefined. */
export function toValuesJson({
  before,
  after,
  withheld,
}: Partial<Pick<ShownChange, 'before' | 'after' | 'withheld'>>) {
  return {
    [VALUES.before]: before,
    [VALUES.after]: after,
    withheld: withheld?.map((side) => VALUES[side]),
  };
}
