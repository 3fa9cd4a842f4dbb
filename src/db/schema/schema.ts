/*
 * The tables of the mirror. A column without the prefix `mirror_` is a field of the API under the API's own name; one
 * with the prefix belongs to the mirror. Every column of the run log belongs to the mirror and needs no prefix.
 */
export * from './run-log.ts';
export * from './cases.ts';
export * from './docket.ts';
export * from './history.ts';
export * from './linked.ts';
export * from './linked-log.ts';
export * from './texts.ts';
export * from './files.ts';
export * from './exports.ts';
