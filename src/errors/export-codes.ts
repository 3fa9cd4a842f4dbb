import type { ErrorKind } from './exit-codes.ts';

/** Errors of `export`. Whatever fails, an earlier export in the same folder is unchanged. */
export const ERRORS_OF_EXPORTS = {
  EXPORT_INCOMPLETE: {
    exit: 'usage',
    description:
      'The run is not complete, or some list was never read completely, so the export would lack cases.',
    hint: 'Run `clearinghouse-mirror sync` until it is complete, or add --allow-partial: then the manifest says so.',
  },
  EXPORT_REFUSED: {
    exit: 'usage',
    description: 'The folder of the export is not an earlier, unchanged export, so it is not replaced.',
    hint: 'Name a new or empty folder.',
  },
  EXPORT_UNAVAILABLE: {
    exit: 'usage',
    description: 'The mirror does not have what the export was asked for.',
    hint: 'Leave it out.',
  },
  EXPORT_NO_ROOM: {
    exit: 'output',
    description: 'The disk has too little space for the export.',
    hint: 'Free some space, name a folder on another disk, or export fewer tables (--tables). An earlier export is unchanged.',
  },
  EXPORT_FAILED: {
    exit: 'output',
    description: 'The export could not be written, or a file of it did not read back as it was written.',
    hint: 'An earlier export is unchanged, and nothing of this one is left. Fix the named cause and try again.',
  },
} as const satisfies Record<string, ErrorKind>;
