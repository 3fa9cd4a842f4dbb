import { toDatabaseError } from '../mirror/database-error.ts';
import { type Mirror, openMirrorReadOnly } from '../mirror/open-mirror.ts';

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

/** Opens a mirror for reading as it is at this moment, whatever a sync writes meanwhile, and closes it in the end. */
export async function withMirrorMoment<Result>(
  path: string,
  use: (mirror: Mirror) => Promise<Result>,
): Promise<Result> {
  const mirror = openMirrorReadOnly(path);
  try {
    mirror.sqlite.exec('BEGIN');
    return await use(mirror);
  } catch (thrown) {
    throw toDatabaseError(thrown, path);
  } finally {
    mirror.close();
  }
}
