import { createHash } from 'node:crypto';
import { lstatSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { MirrorError } from '../../errors/mirror-error.ts';
import { TABLES } from '../delta/foreign.ts';
import {
  type FolderKind,
  MANIFEST,
  SUMS,
  hashFile,
  listFiles,
  parseSums,
  toManifestKind,
} from '../target.ts';
import { hasShape, isMapOf, isText, isWholeNumber } from '../delta/shape.ts';
import { type ReadSelection, explainOther } from '../selection.ts';
import type { ObjectAddress, UploadedPlace } from './address.ts';
import type { Bucket, ListedObject, ReadObject } from './bucket.ts';

/*
 * Copies an export to a bucket. Objects come first, and the manifest at the root last, so that a copy that dies leaves the manifest of
 * the last one, with everything that it names. Only a copy with --forget replaces objects that the manifest names: if it dies,
 * earlier versions are gone that the manifest still names, until it is repeated.
 */

/** What was copied. */
export interface Uploaded {
  readonly address: string;
  /** The folder of the export below the prefix; empty for Delta tables, which are kept in one place. */
  readonly folder: string;
  /** The folder of a later run that the manifest still names as the newest; null if it names this export. */
  readonly newer: string | null;
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
  /** Whether objects that an earlier copy read back are read again. */
  readonly readsAll: boolean;
  /** Whether what the bucket has of Delta tables, and this export has not, is removed. */
  readonly dropsHistory: boolean;
  /** Called before the first object is written to a place, and when the place has all. `keepsEarlier`: earlier content may stay there. */
  readonly onPlacing: (place: UploadedPlace) => void;
  readonly onPlaced: (place: UploadedPlace) => void;
  /** Called before an object that names data is written. Throws if something was redacted since the export read the mirror. */
  readonly check: () => void;
}

/**
 * Copies a folder that nobody else changes meanwhile. Fails with EXPORT_REFUSED, UPLOAD_FAILED, what `check` throws, or the signal's
 * reason; then the bucket has the manifest that it had, or none if a new one did not read back.
 */
export async function uploadExport(bucket: Bucket, request: UploadRequest): Promise<Uploaded> {
  const { address, folder, kind, runId } = request;
  const counts = { objects: 0, bytes: 0, unchanged: 0, removed: 0 };
  const root = await readRoot(bucket, address, kind);
  let place: UploadedPlace = { folder: '', keepsEarlier: false };
  let isOnRecord = false;
  // Before the first object, and not before a copy that is refused.
  const record = (): void => {
    if (!isOnRecord) request.onPlacing(place);
    isOnRecord = true;
  };
  const put = async (file: string, key: string, sha256: string): Promise<ReadObject> => {
    record();
    const path = join(folder, file);
    const written = await bucket.put(key, { path }, sha256);
    counts.objects++;
    counts.bytes += lstatSync(path).size;
    return written;
  };
  const toDone = (newer: string | null): Uploaded => ({
    address: `s3://${address.bucket}/${address.prefix}`,
    folder: place.folder,
    newer,
    ...counts,
  });
  if (kind === 'delta') {
    const there = toListed(await bucket.list(`${address.prefix}${TABLES}/`), address.prefix);
    const here = new Set(listFiles(folder));
    // A copy that died left objects without a manifest.
    const hasEarlier = root !== null || [...there.keys()].some((file) => !here.has(file));
    place = { folder: '', keepsEarlier: hasEarlier && !request.dropsHistory };
    await uploadTables(bucket, request, { here, there }, put, counts);
    record();
    request.onPlaced(place);
    return toDone(null);
  }
  await refuseOther(bucket, request, root);
  const sums = readFileSync(join(folder, SUMS), 'utf8');
  // Every file has its hash in the sums, so an export with other files has another place, and no object there is another file.
  place = { folder: `run-${runId}-${toHash(sums).slice(0, 12)}`, keepsEarlier: false };
  for (const [file, sha256] of [...parseSums(sums), [SUMS, toHash(sums)] as const]) {
    const key = `${address.prefix}${place.folder}/${file}`;
    if ((await bucket.read(key))?.sha256 === sha256) counts.unchanged++;
    else await put(file, key, sha256);
  }
  record();
  request.onPlaced(place);
  request.check();
  const newer = findNewer(root, runId);
  if (newer !== null) return toDone(newer);
  const text = `${JSON.stringify({ kind: toRootKind(kind), newest: place.folder, run: runId, sha256sums: toHash(sums) }, null, 2)}\n`;
  await bucket.put(`${address.prefix}${MANIFEST}`, { text }, toHash(text));
  counts.objects++;
  counts.bytes += Buffer.byteLength(text);
  return toDone(null);
}

/** The manifest at the root of a prefix, as far as it is read. */
interface Root extends ReadSelection {
  readonly kind?: unknown;
  readonly run?: unknown;
  readonly newest?: unknown;
}

const toRootKind = (kind: FolderKind): string => `${toManifestKind(kind)}${kind === 'delta' ? '' : 's'}`;

/** Reads the manifest that a copy would replace; null if there is none. Fails with EXPORT_REFUSED if it is of another kind. */
async function readRoot(
  bucket: Bucket,
  { bucket: name, prefix }: ObjectAddress,
  kind: FolderKind,
): Promise<Root | null> {
  const text = await bucket.readText(`${prefix}${MANIFEST}`);
  if (text === null) return null;
  const root = parseRoot(text);
  if (root?.kind === toRootKind(kind)) return root;
  throw new MirrorError(
    'EXPORT_REFUSED',
    `The object ${prefix}${MANIFEST} of ${name} is no manifest of the kind "${toRootKind(kind)}".`,
    { hint: 'Each kind of export needs a prefix of its own: name another one.' },
  );
}

function parseRoot(text: string | null): Root | null {
  try {
    return JSON.parse(text ?? 'null') as Root | null;
  } catch {
    return null;
  }
}

/** The folder that a manifest names; null if it names none. */
const findNamed = (root: Root | null): string | null =>
  typeof root?.newest === 'string' && /^run-\d+-[0-9a-f]{12}$/.test(root.newest) ? root.newest : null;

/** The folder of a later run that a manifest names; null if it names none. */
const findNewer = (root: Root | null, runId: number): string | null =>
  typeof root?.run === 'number' && root.run > runId ? findNamed(root) : null;

/** Fails with EXPORT_REFUSED if the export that a manifest names has another selection, for those who read what the manifest names. */
async function refuseOther(
  bucket: Bucket,
  { folder, address }: UploadRequest,
  root: Root | null,
): Promise<void> {
  const named = findNamed(root);
  if (named === null) return;
  const key = `${address.prefix}${named}/${MANIFEST}`;
  const there = parseRoot(await bucket.readText(key));
  const here = parseRoot(readFileSync(join(folder, MANIFEST), 'utf8'));
  const other = explainOther(there ?? {}, here ?? {});
  if (other === null) return;
  throw new MirrorError(
    'EXPORT_REFUSED',
    `The newest export below s3://${address.bucket}/${address.prefix} ${other}.`,
    {
      hint: `Name another prefix, or delete the object ${address.prefix}${MANIFEST} to begin anew.`,
    },
  );
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
  { folder, address: { prefix, bucket: name }, dropsHistory, readsAll, check }: UploadRequest,
  { here, there }: { readonly here: ReadonlySet<string>; readonly there: ReadonlyMap<string, ListedObject> },
  put: (file: string, key: string, sha256: string) => Promise<ReadObject>,
  counts: { unchanged: number; removed: number },
): Promise<void> {
  const proven = parseProven(await bucket.readText(`${prefix}${PROVEN}`));
  const find = async (file: string): Promise<ReadObject | null> => {
    const [one, listed] = [proven.get(file), there.get(file)];
    const isSame =
      one !== undefined && one.etag !== '' && one.etag === listed?.etag && one.bytes === listed.bytes;
    return isSame && !readsAll ? one : bucket.read(`${prefix}${file}`);
  };
  // Each as it was read, not as it is listed at the end: meanwhile another program may have replaced it.
  const found = new Map<string, ReadObject>();
  for (const file of dropsHistory ? [] : there.keys()) {
    if (!COMMIT.test(file)) continue;
    const commit = here.has(file) ? await find(file) : null;
    if (commit === null || commit.sha256 !== (await hashFile(join(folder, file))))
      throw new MirrorError(
        'EXPORT_REFUSED',
        `The bucket ${name} has another history: ${file} is not that of ${folder}.`,
        { hint: 'Name another prefix. --forget replaces what is there, without its earlier versions.' },
      );
    found.set(file, commit);
  }
  for (const file of orderFiles([...here])) {
    const key = `${prefix}${file}`;
    const isInTable = file.startsWith(`${TABLES}/`);
    const isData = isInTable && !file.includes('/_delta_log/');
    const sha256 = await hashFile(join(folder, file));
    // A copy that died may have left an object that was never read back, so its size proves nothing.
    const known = found.get(file) ?? (isData && there.has(file) ? await find(file) : null);
    if (known?.sha256 === sha256) {
      found.set(file, known);
      counts.unchanged++;
      continue;
    }
    if (!isData) check();
    if (file === MANIFEST) {
      const text = renderProven(found);
      await bucket.put(`${prefix}${PROVEN}`, { text }, toHash(text));
    }
    const written = await put(file, key, sha256);
    if (isInTable) found.set(file, written);
  }
  for (const file of dropsHistory ? there.keys() : []) {
    if (here.has(file)) continue;
    await bucket.remove(`${prefix}${file}`);
    counts.removed++;
  }
}

const toListed = (objects: readonly ListedObject[], prefix: string): Map<string, ListedObject> =>
  new Map(objects.map((one) => [one.key.slice(prefix.length), one]));

/*
 * The objects of Delta tables that were read back, beside the manifest: a later copy reads only the others. An object counts as the one
 * that was read as long as the bucket lists it with the ETag and size of that read. Everything here is pure.
 */

/** The name of the object. */
const PROVEN = 'objects.json';

const isProven = hasShape({
  objects: isMapOf(hasShape({ sha256: isText, etag: isText, bytes: isWholeNumber })),
});

/** The objects by their path below the prefix; none if the text is damaged: then each object is read. */
function parseProven(text: string | null): Map<string, ReadObject> {
  try {
    const found: unknown = JSON.parse(text ?? 'null');
    if (isProven(found))
      return new Map(Object.entries((found as { readonly objects: Record<string, ReadObject> }).objects));
  } catch {
    // It is no JSON.
  }
  return new Map();
}

const renderProven = (objects: ReadonlyMap<string, ReadObject>): string =>
  `${JSON.stringify({ objects: Object.fromEntries(objects) as unknown }, null, 1)}\n`;
