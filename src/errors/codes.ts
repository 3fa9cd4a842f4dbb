import { ERRORS_OF_EXPORTS } from './export-codes.ts';
import { ERRORS_OF_QUESTIONS, ERRORS_OF_SETTINGS, ERRORS_OF_THE_DATABASE } from './mirror-codes.ts';
import { ERRORS_OF_RUNS, ERRORS_OF_THE_API } from './sync-codes.ts';

/** Every error code of the mirror, with its exit code and hint. docs/errors.md is generated from it. */
export const ERROR_KINDS = {
  ...ERRORS_OF_SETTINGS,
  ...ERRORS_OF_THE_API,
  ...ERRORS_OF_RUNS,
  ...ERRORS_OF_THE_DATABASE,
  ...ERRORS_OF_QUESTIONS,
  ...ERRORS_OF_EXPORTS,
};

export type ErrorCode = keyof typeof ERROR_KINDS;
