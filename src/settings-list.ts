import { SETTINGS_OF_NIGHTLY } from './settings-list/nightly.ts';
import { SETTINGS_OF_SNAPSHOTS } from './settings-list/snapshots.ts';
import { SETTINGS_OF_SYNC } from './settings-list/sync.ts';

/** Every setting: a flag goes before the environment, the environment before the file .env, that before the default. */
export const SETTINGS = { ...SETTINGS_OF_SYNC, ...SETTINGS_OF_NIGHTLY, ...SETTINGS_OF_SNAPSHOTS };
