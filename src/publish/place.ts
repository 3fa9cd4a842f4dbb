import type { ExportPlace } from '../db/exports.ts';
import { renderOwnCommand } from '../lib/command-line.ts';
import type { Server } from './address.ts';

/** The schema of a server as a place to which the mirror was published. It has no password. */
export function toPlace(
  { host, port, user, database }: Pick<Server, 'host' | 'port' | 'user' | 'database'>,
  { schema, withoutTexts }: { readonly schema: string; readonly withoutTexts: boolean },
  runId: number,
): ExportPlace {
  const at = host.startsWith('/') ? '' : host.includes(':') ? `[${host}]` : encodeURIComponent(host);
  const query = host.startsWith('/') ? `?host=${encodeURIComponent(host)}` : '';
  const toAddress = (login: string): string =>
    `postgres://${login}${at}:${port}/${encodeURIComponent(database)}${query}`;
  return {
    // Another user may publish to the same schema.
    place: `${toAddress('')} schema ${schema}`,
    kind: 'postgres',
    command: renderOwnCommand('publish', toAddress(`${encodeURIComponent(user)}@`), {
      publishSchema: schema,
      noPublishTexts: withoutTexts,
    }),
    runId,
    keepsEarlier: false,
  };
}
