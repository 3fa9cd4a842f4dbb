import type { ExportPlace } from '../../db/exports.ts';
import { quoteWord } from '../../lib/command-line.ts';
import type { ObjectAddress } from './address.ts';
import { type BucketEnvironment, findEndpoint } from './endpoint.ts';
import type { UploadedPlace } from './upload.ts';

/**
 * The place of objects in a bucket, with the server if it is not that of AWS, and without a secret. A folder that only one export has is
 * removed; Delta tables are replaced by `command`.
 */
export function toBucketPlace(
  { bucket, prefix }: ObjectAddress,
  { folder, keepsEarlier }: UploadedPlace,
  {
    command,
    runId,
    env,
  }: { readonly command: string; readonly runId: number; readonly env: BucketEnvironment },
): ExportPlace {
  const address = `s3://${bucket}/${prefix}${folder}`;
  const endpoint = findEndpoint(env);
  const server = endpoint !== undefined && URL.canParse(endpoint) ? toServer(new URL(endpoint)) : null;
  const removal = [
    'aws',
    's3',
    'rm',
    '--recursive',
    address,
    ...(server === null ? [] : ['--endpoint-url', server]),
  ];
  return {
    place: server === null ? address : `${address} on ${server}`,
    kind: 'bucket',
    command: folder === '' ? command : removal.map(quoteWord).join(' '),
    runId,
    keepsEarlier,
  };
}

/** The address of a server without a user, a password or a query. The path can name a tenant. */
const toServer = ({ protocol, host, pathname }: URL): string =>
  `${protocol}//${host}${pathname.replace(/\/+$/, '')}`;
