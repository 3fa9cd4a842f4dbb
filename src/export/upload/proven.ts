import { hasShape, isMapOf, isText, isWholeNumber } from '../delta/shape.ts';
import type { ReadObject } from './bucket.ts';

/*
 * The objects of Delta tables that were read back, beside the manifest: a later copy reads only the others. An object counts as the one
 * that was read as long as the bucket lists it with the ETag and size of that read. Everything here is pure.
 */

/** The name of the object. */
export const PROVEN = 'objects.json';

const isProven = hasShape({
  objects: isMapOf(hasShape({ sha256: isText, etag: isText, bytes: isWholeNumber })),
});

/** The objects by their path below the prefix; none if the text is damaged: then each object is read. */
export function parseProven(text: string | null): Map<string, ReadObject> {
  try {
    const found: unknown = JSON.parse(text ?? 'null');
    if (isProven(found))
      return new Map(Object.entries((found as { readonly objects: Record<string, ReadObject> }).objects));
  } catch {
    // It is no JSON.
  }
  return new Map();
}

export const renderProven = (objects: ReadonlyMap<string, ReadObject>): string =>
  `${JSON.stringify({ objects: Object.fromEntries(objects) as unknown }, null, 1)}\n`;
