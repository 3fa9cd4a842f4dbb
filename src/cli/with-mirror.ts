import { toDatabaseError } from '../mirror/database-error.ts';
import { openMirrorReadOnly, type Mirror } from '../mirror/open-mirror.ts';

/** Opens a mirror for reading, uses it, and closes it whatever happens. */
export function withMirror<Result>(path: string, use: (mirror: Mirror) => Result): Result {
  const mirror = openMirrorReadOnly(path);
  try {
    return use(mirror);
  } catch (thrown) {
    throw toDatabaseError(thrown, path);
  } finally {
    mirror.close();
  }
}
