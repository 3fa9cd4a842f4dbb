import type { SettingSpec } from './setting-spec.ts';

/** Where snapshots are, and which of them are kept. */
export const SETTINGS_OF_SNAPSHOTS = {
  snapshots: {
    flag: '--snapshots <folder>',
    env: 'CLEARINGHOUSE_SNAPSHOTS',
    default: undefined,
    means: 'The folder of the snapshots; where none is set, `snapshots` beside the database.',
  },
  keepDaily: {
    flag: '--keep-daily <n>',
    env: 'CLEARINGHOUSE_KEEP_DAILY',
    default: '7',
    means: 'Of how many days the newest snapshot is kept.',
  },
  keepWeekly: {
    flag: '--keep-weekly <n>',
    env: 'CLEARINGHOUSE_KEEP_WEEKLY',
    default: '4',
    means: 'Of how many weeks.',
  },
  keepMonthly: {
    flag: '--keep-monthly <n>',
    env: 'CLEARINGHOUSE_KEEP_MONTHLY',
    default: '12',
    means: 'Of how many months.',
  },
} as const satisfies Record<string, SettingSpec>;
