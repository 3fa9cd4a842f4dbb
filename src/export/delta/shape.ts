/* What a value from a file that others can edit must be before it is used. Everything here is pure. */

export type Check = (value: unknown) => boolean;

export const isText: Check = (value) => typeof value === 'string';
export const isTrueOrFalse: Check = (value) => typeof value === 'boolean';
export const isWholeNumber: Check = (value) => Number.isSafeInteger(value);

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const isOneOf =
  (...checks: readonly Check[]): Check =>
  (value) =>
    checks.some((check) => check(value));

/** Also true of null and of nothing. */
export const isOptional = (check: Check): Check =>
  isOneOf((value) => value === undefined || value === null, check);

export const isListOf =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(check);

/** An object, with any names, whose values are of one kind. */
export const isMapOf =
  (check: Check): Check =>
  (value) =>
    isObject(value) && Object.values(value).every(check);

/** An object that has these names, and perhaps others. */
export const hasShape =
  (shape: Readonly<Record<string, Check>>): Check =>
  (value) =>
    isObject(value) && Object.entries(shape).every(([name, check]) => check(value[name]));
