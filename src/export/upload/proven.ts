import { hasShape, isMapOf, isText, isWholeNumber } from '../delta/shape.ts';
import type { ListedObject } from './bucket.ts';

/*
 * The objects of Delta tables that were read back, beside the manifest: a later copy reads only the others. An object counts as the one
 * that was read as long as the bucket lists it with the same ETag and size. Everything here is pure.
 */

/** The name of the object. */
export const PROVEN = 'objects.json';

interface ProvenObject {
  readonly sha256: string;
  readonly etag: string;
  readonly bytes: number;
}

const isProven = hasShape({
  objects: isMapOf(hasShape({ sha256: isText, etag: isText, bytes: isWholeNumber })),
});

/** The objects by their path below the prefix; none if the text is damaged: then each object is read. */
export function parseProven(text: string | null): Map<string, ProvenObject> {
  try {
    const found: unknown = JSON.parse(text ?? 'null');
    if (isProven(found))
      return new Map(Object.entries((found as { readonly objects: Record<string, ProvenObject> }).objects));
  } catch {
    // It is no JSON.
  }
  return new Map();
}

export function renderProven(
  listed: ReadonlyMap<string, ListedObject>,
  hashes: ReadonlyMap<string, string>,
): string {
  const objects = [...hashes].flatMap(([file, sha256]) => {
    const one = listed.get(file);
    return one === undefined ? [] : [[file, { sha256, etag: one.etag, bytes: one.bytes }]];
  });
  return `${JSON.stringify({ objects: Object.fromEntries(objects) as unknown }, null, 1)}\n`;
}
