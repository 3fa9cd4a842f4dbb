import { statSync } from 'node:fs';
import { inDatabase } from '../db/errors.ts';
import { type Mirror, openMirrorReadOnly } from '../db/open-mirror.ts';

/**
 * The connection that the pages share. It is idle between two pages, so it never holds up a sync, a restore or a
 * redaction, and it is opened anew when the file was replaced or its schema was upgraded.
 */
export interface MirrorReader {
  /** Reads in one transaction, so that a page shows one moment even while a sync writes. */
  readonly read: <Result>(use: (mirror: Mirror) => Result) => Result;
  /** Whether any process wrote since the previous call. The first call returns true. */
  readonly hasChanged: (mirror: Mirror) => boolean;
  readonly close: () => void;
}

interface OpenFile {
  readonly mirror: Mirror;
  readonly stamp: string;
  readonly schemaVersion: unknown;
  dataVersion: unknown;
}

export function createReader(path: string): MirrorReader {
  let open: OpenFile | null = null;

  function close(): void {
    const { mirror } = open ?? {};
    open = null;
    mirror?.close();
  }

  /** Closes after a failure, whatever state the connection is in. */
  function abandon(): void {
    const { mirror } = open ?? {};
    open = null;
    mirror?.sqlite.close();
  }

  function toCurrent(): OpenFile {
    const stamp = readStamp(path);
    if (open !== null && (open.stamp !== stamp || readSchemaVersion(open.mirror) !== open.schemaVersion))
      close();
    if (open === null) {
      const mirror = openMirrorReadOnly(path);
      mirror.sqlite.pragma('temp_store = MEMORY');
      mirror.sqlite.pragma('cache_size = -32000'); // in kibibytes if negative
      open = { mirror, stamp, schemaVersion: readSchemaVersion(mirror), dataVersion: null };
    }
    return open;
  }

  return {
    read: (use) =>
      inDatabase(path, () => {
        const { mirror } = toCurrent();
        try {
          mirror.sqlite.exec('BEGIN');
          const result = use(mirror);
          mirror.sqlite.exec('COMMIT'); // keeps the temporary tables
          // A file that is read without locks is compared with what it was when the connection closes.
          if (isWithoutLocks(mirror)) close();
          return result;
        } catch (thrown) {
          abandon();
          throw thrown;
        }
      }),
    hasChanged: (mirror) => {
      const version = mirror.sqlite.pragma('data_version', { simple: true });
      if (open?.mirror !== mirror) return true;
      const hasChanged = open.dataVersion !== version;
      open.dataVersion = version;
      return hasChanged;
    },
    close,
  };
}

function readSchemaVersion({ sqlite }: Mirror): unknown {
  return sqlite.pragma('schema_version', { simple: true });
}

const isWithoutLocks = ({ sqlite }: Mirror): boolean => sqlite.name.startsWith('file:');

/** Which file is at the path. Null if there is none, which opening it explains. */
function readStamp(path: string): string {
  const found = statSync(path, { bigint: true, throwIfNoEntry: false });
  return found === undefined ? '' : `${found.dev} ${found.ino}`;
}
