import {
  type ExportPlace,
  forgetBeginning,
  recordBeginning,
  recordPlace,
  recordReplaced,
} from './exports.ts';

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

/**
 * Records in the mirror where its content goes. Calls `onFault` once for each place that cannot be recorded: then no redaction
 * names that place.
 */
export function createExportRecorder(
  database: string,
  now: () => Date,
  onFault: (place: string, fault: string) => void,
): ExportRecorder {
  const opened = new Set<string>();
  const faulty = new Set<string>();
  const note = ({ place }: ExportPlace, fault: string | null): void => {
    if (fault === null || faulty.has(place)) return;
    faulty.add(place);
    onFault(place, fault);
  };
  return {
    open(place) {
      const onNew = (): void => {
        opened.add(place.place);
      };
      note(place, recordBeginning(database, place, now(), onNew));
    },
    abandon(place) {
      // A place that stays on record is named once too often, which is no fault of the export.
      if (opened.has(place)) forgetBeginning(database, place);
    },
    begin(place) {
      note(place, recordPlace(database, place, now()));
    },
    finish(place) {
      if (!place.keepsEarlier) note(place, recordReplaced(database, place, now()));
    },
  };
}
