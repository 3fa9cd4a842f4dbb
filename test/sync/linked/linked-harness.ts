import { type RequestMatch, linkedList } from '../../../fake-api/serve/faults.ts';
import type { LinkedKind } from '../../../src/api/linked-fields.ts';
import { parseSettings, gatherSettings, type SettingName } from '../../../src/config/settings.ts';
import { runLinkedPass } from '../../../src/sync/linked/pass.ts';
import { type LinkedReport, type SkippedPass, isSkipped } from '../../../src/sync/linked/report.ts';
import type { SyncEvent } from '../../../src/sync/report.ts';
import { type HarnessOptions, type SyncHarness, startHarness } from '../../support/sync-harness.ts';

export interface PassOptions {
  readonly settings?: Partial<Record<SettingName, string>>;
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: SyncEvent) => void;
  readonly endsBy?: Date;
}

export interface LinkedHarness extends SyncHarness {
  /** A pass with this budget, whatever came of it. */
  readonly tryPass: (budget: string, options?: PassOptions) => Promise<LinkedReport | SkippedPass>;
  /** A pass that must begin. */
  readonly pass: (budget: string, options?: PassOptions) => Promise<LinkedReport>;
  /** A day passes, and a run reads the cases. */
  readonly nextNight: () => Promise<void>;
  /** The paths of the linked lists that the fake API was asked for since the last call, below `cases/`. */
  readonly asked: () => string[];
}

export async function startLinkedHarness(options: HarnessOptions): Promise<LinkedHarness> {
  const harness = await startHarness(options);
  const { fakeApi, database, runtime } = harness;
  let seen = 0;
  const tryPass: LinkedHarness['tryPass'] = (budget, { settings, ...pass } = {}) =>
    runLinkedPass(
      {
        settings: parseSettings(
          gatherSettings(
            { apiUrl: fakeApi.url, database, delayMs: '0', linkedBudget: budget, ...settings },
            {},
            {},
          ),
        ),
        token: fakeApi.token,
        signal: new AbortController().signal,
        onEvent: () => undefined,
        ...pass,
      },
      runtime,
    );
  return {
    ...harness,
    tryPass,
    pass: async (budget, pass) => {
      const result = await tryPass(budget, pass);
      if (isSkipped(result)) throw new Error(result.skipped);
      return result;
    },
    nextNight: async () => {
      await runtime.sleep(24 * 60 * 60 * 1000, new AbortController().signal);
      await harness.sync();
    },
    asked: () => {
      const { requests } = fakeApi;
      const paths = requests.slice(seen).map(({ url }) => url);
      seen = requests.length;
      return paths.flatMap((url) => /\/cases\/(\d+\/.+)$/.exec(url)?.[1] ?? []);
    },
  };
}

/** Matches one list of one case. */
export const listOf = (caseId: number, kind: LinkedKind): RequestMatch => linkedList(kind, caseId);
