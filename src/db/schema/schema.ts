/*
 * The tables of the mirror. A column without the prefix `mirror_` is a field of the API under the API's own name; one
 * with it is the mirror's. The tables of the ledger are the mirror's altogether and need no prefix.
 */
export * from './run-log.ts';
export * from './cases.ts';
export * from './lists.ts';
export * from './docket.ts';
export * from './history.ts';
