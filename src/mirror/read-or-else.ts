import { MirrorError } from '../errors.ts';
import { isSqliteError, toDatabaseError } from './database-error.ts';
import { openMirrorReadOnly, type Mirror } from './open-mirror.ts';

/** Reads a mirror and closes it; gives `otherwise` where there is none, or none that can be read. */
export function readOrElse<Result>(
  path: string,
  read: (mirror: Mirror) => Result,
  otherwise: Result,
): Result {
  try {
    const mirror = openMirrorReadOnly(path);
    try {
      return read(mirror);
    } finally {
      mirror.close();
    }
  } catch (thrown) {
    if (toDatabaseError(thrown, path) instanceof MirrorError || isSqliteError(thrown)) return otherwise;
    throw thrown;
  }
}
