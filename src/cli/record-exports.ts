import {
  type ExportPlace,
  forgetBeginning,
  recordBeginning,
  recordPlace,
  recordReplaced,
} from '../db/exports.ts';
import { type Io, say } from './io.ts';

export interface ExportRecorder {
  /** Before content is written beside a place. */
  readonly open: (place: ExportPlace) => void;
  /** When what was written beside a place is removed. */
  readonly abandon: (place: string) => void;
  /** Before a place gets content. */
  readonly begin: (place: ExportPlace) => void;
  /** When the place has it. */
  readonly finish: (place: ExportPlace) => void;
}

/** Records in the mirror where its content goes, and says so where it cannot: then no redaction names that place. */
export function createExportRecorder(database: string, io: Io): ExportRecorder {
  const opened = new Set<string>();
  const warned = new Set<string>();
  const begin = (
    place: ExportPlace,
    record: (path: string, place: ExportPlace, now: Date) => string | null = recordPlace,
  ): void => {
    const fault = record(database, place, io.runtime.now());
    if (fault === null || warned.has(place.place)) return;
    warned.add(place.place);
    say(io.stderr, `Warning: ${place.place} is not on record, so \`redact\` will not name it: ${fault}.\n`);
  };
  return {
    open(place) {
      begin(place, (path, one, now) =>
        recordBeginning(path, one, now, () => {
          opened.add(one.place);
        }),
      );
    },
    abandon(place) {
      // A place that stays on record is named once too often, which is no fault of the export.
      if (opened.has(place)) forgetBeginning(database, place);
    },
    begin: (place) => {
      begin(place);
    },
    finish(place) {
      if (!place.keepsEarlier) begin(place, recordReplaced);
    },
  };
}
