import type { ExportPlace } from '../../db/exports.ts';
import { MirrorError } from '../../errors/mirror-error.ts';
import { quoteWord } from '../../lib/command-line.ts';

/** Where objects go: a bucket, and what their keys begin with, which is empty or ends with `/`. */
export interface ObjectAddress {
  readonly bucket: string;
  readonly prefix: string;
}

const BUCKET = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

/** Parses `s3://BUCKET/PREFIX`. Fails with USAGE. */
export function parseObjectAddress(text: string): ObjectAddress {
  const [, bucket = '', path = ''] = /^s3:\/\/([^/]*)(?:\/(.*))?$/s.exec(text) ?? [];
  const prefix = path.replace(/\/+$/, '');
  if (BUCKET.test(bucket) && /^[\w.!'()=/-]*$/.test(prefix) && !/(?:^|\/)(?:\/|\.{1,2}(?:\/|$))/.test(prefix))
    return { bucket, prefix: prefix === '' ? '' : `${prefix}/` };
  // The text is not shown: somebody may have put a key into it.
  throw new MirrorError('USAGE', '--to does not name a place for objects.', {
    hint: 'It takes s3://BUCKET/PREFIX, such as s3://my-bucket/clearinghouse. Credentials are in AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.',
  });
}

/** The variables that the SDK reads and that change how it is asked. */
export type BucketEnvironment = Readonly<
  Partial<Record<'AWS_ENDPOINT_URL_S3' | 'AWS_ENDPOINT_URL' | 'AWS_REGION' | 'AWS_DEFAULT_REGION', string>>
>;

/** The address of a server that is not of AWS; undefined if the bucket is there. */
export const findEndpoint = (env: BucketEnvironment): string | undefined =>
  env.AWS_ENDPOINT_URL_S3 ?? env.AWS_ENDPOINT_URL;

/** Where objects of an export are: below the prefix itself, or in a folder that no other export has. */
export interface UploadedPlace {
  readonly folder: string;
  /** Whether earlier content stays there. */
  readonly keepsEarlier: boolean;
}

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
