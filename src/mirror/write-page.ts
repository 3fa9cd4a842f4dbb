import type { CaseRows } from '../cases/to-case-rows.ts';
import { toDatabaseError } from './database-error.ts';
import type { Mirror } from './open-mirror.ts';
import { createSyncLedger, type StatusFigures } from './sync-ledger.ts';
import { createCaseWriter, type Sighting } from './write-case.ts';
import {
  writeDoubleSighting,
  writeDrift,
  writeMisfit,
  type CaseDrift,
  type DoubleSighting,
  type Misfit,
} from './write-oddities.ts';

/** A case of a page, already compared with what is stored. */
export type PageCase = {
  readonly id: number;
  /** The status that it comes under. */
  readonly statusId: number;
  /** By which its bytes are to be known from now on; null when they are already, or are to be read the next time too. */
  readonly textHash: string | null;
} & (
  | { readonly verdict: 'new' | 'changed'; readonly rows: CaseRows }
  | {
      readonly verdict: 'unchanged';
      /** It came under another status before, or had departed. */
      readonly restated: boolean;
      readonly fingerprint: string;
    }
);

/** Everything that a page brings, ready to be written. */
export interface PageContent {
  readonly cases: readonly PageCase[];
  readonly misfits: readonly Misfit[];
  readonly drift: readonly CaseDrift[];
  readonly doubles: readonly DoubleSighting[];
}

/**
 * `sighting` has the status whose list is being read; each case of the page says itself which one it comes under.
 * `figures` is null for a case that was looked up by its id and belongs to no sweep.
 */
export type WritePage = (content: PageContent, sighting: Sighting, figures: StatusFigures | null) => void;

/**
 * Prepares the storing of pages. A page's cases and the record of them are one transaction: after any death either
 * both are there or neither, and no reader ever sees half a case.
 */
export function prepareWritePage(mirror: Mirror): WritePage {
  const writer = createCaseWriter(mirror);
  const ledger = createSyncLedger(mirror);
  const transact = mirror.sqlite.transaction<WritePage>(
    ({ cases, misfits, drift, doubles }, sighting, figures) => {
      for (const one of cases) {
        const ofCase = { ...sighting, statusId: one.statusId };
        if (one.verdict === 'unchanged') {
          if (one.restated) writer.writeSighting(one.id, ofCase);
        } else writer.writeCase(one.rows, ofCase, one.verdict === 'new');
        if (one.textHash !== null) writer.writeTextHash(one.id, one.textHash, toFingerprint(one));
      }
      for (const misfit of misfits) writeMisfit(mirror, misfit, sighting.runId);
      for (const one of drift) writeDrift(mirror, one, sighting.runId);
      for (const one of doubles) writeDoubleSighting(mirror, one, sighting);
      if (figures !== null) ledger.recordFigures(sighting.runId, sighting.statusId, figures);
    },
  );
  return (...page) => {
    try {
      transact.immediate(...page);
    } catch (thrown) {
      throw toDatabaseError(thrown, mirror.path);
    }
  };
}

function toFingerprint(one: PageCase): string {
  return one.verdict === 'unchanged' ? one.fingerprint : one.rows.case.mirror_fingerprint;
}
