import type { Fault } from '../../fake-api/serve/faults.ts';
import { recordedCases } from '../../fake-api/collection/recorded-cases.ts';
import { runCli, type CliResult } from './command-line.ts';
import { startHarness, type SyncHarness } from './sync-harness.ts';

export interface BytesHarness extends SyncHarness {
  /** Replaces the first page of a list with this body. */
  readonly serve: (body: Buffer, contentType?: string) => void;
  /** Runs a command on the mirror. */
  readonly run: (...args: string[]) => Promise<CliResult>;
}

/** A mirror of an API whose lists by `case_ongoing` are one page with exactly these bytes. */
export async function startBytes(first: Buffer): Promise<BytesHarness> {
  let fault: Fault = { kind: 'bytes', body: first };
  const harness = await startHarness({
    source: recordedCases([]),
    faults: ({ filters, page }) => (filters.case_ongoing !== undefined && page === 1 ? fault : undefined),
  });
  return {
    ...harness,
    serve: (body, contentType) => {
      fault = { kind: 'bytes', body, ...(contentType !== undefined && { contentType }) };
    },
    run: (...args) => runCli(args, { env: { CLEARINGHOUSE_DATABASE: harness.database } }),
  };
}
