import { MirrorError } from '../../errors/mirror-error.ts';

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
