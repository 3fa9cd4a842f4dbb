import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach } from '@jest/globals';
import { ONGOING_LISTS, type OngoingStatus, type ApiList } from '../../src/api/lists.ts';
import { openMirrorReadOnly, type Mirror } from '../../src/db/open-mirror.ts';
import { startFakeApi, type FakeApi, type FakeApiOptions } from '../../fake-api/serve/server.ts';
import { gatherSettings, type SettingName, parseSettings } from '../../src/config/settings.ts';
import type { RunReport, SyncEvent } from '../../src/sync/report.ts';
import { runSync } from '../../src/sync/run-sync.ts';
import { writeEmptyMirror } from './once/empty-mirror.ts';
import { fakeRuntime, type FakeRuntime } from './runtime.ts';
import { tempFolder } from './temp-folder.ts';

export interface SyncHarness {
  readonly fakeApi: FakeApi;
  readonly database: string;
  /** The environment for a process that uses this fake API and this mirror. */
  readonly env: NodeJS.ProcessEnv;
  readonly runtime: FakeRuntime;
  /** All events of the runs so far. */
  readonly events: readonly SyncEvent[];
  readonly sync: (options?: SyncOptions) => Promise<RunReport>;
  /** Rows of a query on the mirror. */
  readonly rows: (sql: string) => Record<string, unknown>[];
  /** Opens the mirror for reading, and closes it after use. */
  readonly read: <Result>(use: (mirror: Mirror) => Result) => Result;
}

export interface SyncOptions {
  readonly settings?: Partial<Record<SettingName, string>>;
  readonly lists?: readonly ApiList[];
  readonly acceptDepartures?: boolean;
  readonly dryRun?: boolean;
  readonly token?: string;
  readonly trigger?: 'sync' | 'nightly';
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: SyncEvent) => void;
}

const fakeApis: FakeApi[] = [];

afterEach(async () => {
  for (const fakeApi of fakeApis.splice(0)) await fakeApi.close();
});

export interface HarnessOptions extends FakeApiOptions {
  /** Whether the first sync must create the file; otherwise an empty mirror exists. */
  readonly withoutFile?: boolean;
  /** The bytes of the mirror at the start; an empty mirror by default. */
  readonly mirror?: Buffer;
}

/** A fake API and a mirror of it, with a clock that moves only by sleep. */
export async function startHarness({
  withoutFile = false,
  mirror,
  ...options
}: HarnessOptions): Promise<SyncHarness> {
  const fakeApi = await startFakeApi(options);
  fakeApis.push(fakeApi);
  const database = join(tempFolder(), 'mirror.db');
  if (mirror !== undefined) writeFileSync(database, mirror);
  else if (!withoutFile) writeEmptyMirror(database);
  const runtime = fakeRuntime();
  const events: SyncEvent[] = [];
  const read = <Result>(use: (mirror: Mirror) => Result): Result => {
    const mirror = openMirrorReadOnly(database);
    try {
      return use(mirror);
    } finally {
      mirror.close();
    }
  };
  return {
    fakeApi,
    database,
    env: {
      CLEARINGHOUSE_API_URL: fakeApi.url,
      CLEARINGHOUSE_API_TOKEN: fakeApi.token,
      CLEARINGHOUSE_DATABASE: database,
      CLEARINGHOUSE_DELAY: '0',
    },
    runtime,
    events,
    read,
    rows: (sql) => read(({ sqlite }) => sqlite.prepare<[], Record<string, unknown>>(sql).all()),
    sync: (run = {}) =>
      runSync(
        {
          settings: parseSettings(
            gatherSettings({ apiUrl: fakeApi.url, database, delayMs: '0', ...run.settings }, {}, {}),
          ),
          token: run.token ?? fakeApi.token,
          lists: run.lists ?? ONGOING_LISTS,
          trigger: run.trigger ?? 'sync',
          dryRun: run.dryRun ?? false,
          acceptDepartures: run.acceptDepartures ?? false,
          signal: run.signal ?? new AbortController().signal,
          onEvent: (event) => {
            events.push(event);
            run.onEvent?.(event);
          },
        },
        runtime,
      ),
  };
}

/** The list with this id. */
export function statusOf(id: OngoingStatus['id']): OngoingStatus {
  const status = ONGOING_LISTS.find((one) => one.id === id);
  if (status === undefined) throw new RangeError(`no status ${id}`);
  return status;
}
