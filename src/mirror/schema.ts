/*
 * The tables of the mirror. A column without the prefix `mirror_` is a field of the API under the API's own name; one
 * with it is the mirror's. The tables of the ledger are the mirror's altogether and need no prefix.
 */
export * from './schema/ledger.ts';
export * from './schema/cases.ts';
export * from './schema/lists.ts';
export * from './schema/docket.ts';
export * from './schema/ledger.ts';
export * from './schema/history.ts';
export * from './schema/ledger.ts';
export * from './schema/cases.ts';
export * from './schema/identity.ts';
export * from './schema/identity.ts';
