import { type ExportPlace, recordPlace, recordReplaced } from '../db/exports.ts';
import { type Io, say } from './io.ts';

export interface ExportRecorder {
  /** Before a place gets content. */
  readonly begin: (place: ExportPlace) => void;
  /** When the place has it. */
  readonly finish: (place: ExportPlace) => void;
}

/** Records in the mirror where its content goes, and says so where it cannot: then no redaction names that place. */
export function createExportRecorder(database: string, io: Io): ExportRecorder {
  const begin = (place: ExportPlace, record = recordPlace): void => {
    const fault = record(database, place, io.runtime.now());
    if (fault !== null)
      say(io.stderr, `Warning: ${place.place} is not on record, so \`redact\` will not name it: ${fault}.\n`);
  };
  return {
    begin: (place) => {
      begin(place);
    },
    finish(place) {
      if (!place.keepsEarlier) begin(place, recordReplaced);
    },
  };
}
