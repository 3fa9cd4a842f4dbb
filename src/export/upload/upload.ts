import { createHash } from 'node:crypto';
import { lstatSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { MirrorError } from '../../errors/mirror-error.ts';
import { TABLES } from '../delta/foreign.ts';
import { type FolderKind, MANIFEST, SUMS, hashFile, listFiles } from '../target.ts';
import type { ObjectAddress } from './address.ts';
import type { Bucket } from './bucket.ts';

/*
 * Copies an export to a bucket. Objects come first, and the manifest at the root last, so that a copy that dies leaves the manifest of
 * the last one, with everything that it names.
 */

/** What was copied. */
export interface Uploaded {
  readonly address: string;
  /** The folder of the export below the prefix; empty for Delta tables, which are kept in one place. */
  readonly folder: string;
  /** Objects and bytes that were written, and objects that were there already. */
  readonly objects: number;
  readonly bytes: number;
  readonly unchanged: number;
  /** Objects that were removed. */
  readonly removed: number;
}

export interface UploadRequest {
  /** The export on the disk. */
  readonly folder: string;
  readonly kind: FolderKind;
  readonly runId: number;
  readonly address: ObjectAddress;
  /** Whether what the bucket has of Delta tables, and this export has not, is removed. */
  readonly forgets: boolean;
}

/** Fails with EXPORT_REFUSED, UPLOAD_FAILED or the signal's reason; then the bucket has the manifest that it had. */
export async function uploadExport(bucket: Bucket, request: UploadRequest): Promise<Uploaded> {
  const { address, folder, kind, runId } = request;
  const counts = { objects: 0, bytes: 0, unchanged: 0, removed: 0 };
  const put = async (file: string, key: string): Promise<void> => {
    const path = join(folder, file);
    await bucket.put(key, { path }, await hashFile(path));
    counts.objects++;
    counts.bytes += lstatSync(path).size;
  };
  const toDone = (place: string): Uploaded => ({
    address: `s3://${address.bucket}/${address.prefix}`,
    folder: place,
    ...counts,
  });
  if (kind === 'delta') {
    await uploadTables(bucket, request, put, counts);
    return toDone('');
  }
  const sums = readFileSync(join(folder, SUMS), 'utf8');
  // Every file has its hash in the sums, so an export with other files has another place.
  const place = `run-${runId}-${toHash(sums).slice(0, 12)}`;
  for (const file of listFiles(folder)) {
    const key = `${address.prefix}${place}/${file}`;
    if ((await bucket.hash(key)) === (await hashFile(join(folder, file)))) counts.unchanged++;
    else await put(file, key);
  }
  const text = `${JSON.stringify({ kind: `clearinghouse-mirror ${kind}s`, newest: place, run: runId, sha256sums: toHash(sums) }, null, 2)}\n`;
  await bucket.put(`${address.prefix}${MANIFEST}`, { text }, toHash(text));
  counts.objects++;
  counts.bytes += Buffer.byteLength(text);
  return toDone(place);
}

const toHash = (text: string): string => createHash('sha256').update(text).digest('hex');

/** The order in which the files of Delta tables become objects: what others name comes before them. */
export function orderFiles(files: readonly string[]): string[] {
  const rank = (file: string): number =>
    file === MANIFEST ? 3 : !file.startsWith(`${TABLES}/`) ? 2 : file.includes('/_delta_log/') ? 1 : 0;
  return [0, 1, 2, 3].flatMap((one) => files.filter((file) => rank(file) === one));
}

const COMMIT = /\/_delta_log\/\d{20}\.json$/;

async function uploadTables(
  bucket: Bucket,
  { folder, address: { prefix, bucket: name }, forgets }: UploadRequest,
  put: (file: string, key: string) => Promise<void>,
  counts: { unchanged: number; removed: number },
): Promise<void> {
  const files = listFiles(folder);
  const [here, there] = [
    new Set(files),
    new Set((await bucket.list(`${prefix}${TABLES}/`)).map((key) => key.slice(prefix.length))),
  ];
  const commits = new Set<string>();
  for (const file of forgets ? [] : there) {
    if (!COMMIT.test(file)) continue;
    if (!here.has(file) || (await bucket.hash(`${prefix}${file}`)) !== (await hashFile(join(folder, file))))
      throw new MirrorError(
        'EXPORT_REFUSED',
        `The bucket ${name} has another history: ${file} is not that of ${folder}.`,
        { hint: 'Name another prefix. --forget replaces what is there, without its earlier versions.' },
      );
    commits.add(file);
  }
  for (const file of orderFiles(files)) {
    const key = `${prefix}${file}`;
    const isData = file.startsWith(`${TABLES}/`) && !file.includes('/_delta_log/');
    // The name of a file of data says what is in it, and an object is never a part of one.
    const isThere =
      commits.has(file) ||
      (isData && there.has(file) && (await bucket.findSize(key)) === lstatSync(join(folder, file)).size);
    if (isThere) counts.unchanged++;
    else await put(file, key);
  }
  for (const file of forgets ? there : []) {
    if (here.has(file)) continue;
    await bucket.remove(`${prefix}${file}`);
    counts.removed++;
  }
}
