import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { MirrorError } from '../../errors/mirror-error.ts';
import { type ObjectAddress, type BucketEnvironment, findEndpoint } from './address.ts';
import { explainFault } from './failures.ts';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  S3Client,
  Upload,
  paginateListObjectsV2,
} from './s3-client.ts';

/*
 * Objects of a bucket of S3, or of a server that speaks its protocol. Who may write there, and where it is, is what the SDK of AWS
 * finds out: from AWS_ACCESS_KEY_ID and the other variables, the shared files in ~/.aws, or the machine in the cloud.
 */

/** The content of an object: a file, or a text. */
type Content = { readonly path: string } | { readonly text: string };

/** An object as the bucket lists it. */
export interface ListedObject {
  readonly key: string;
  /** Changes with the content; empty if the server names none. */
  readonly etag: string;
  readonly bytes: number;
}

/** An object as one answer brought it: the ETag is that of the bytes that were hashed. */
export interface ReadObject extends Omit<ListedObject, 'key'> {
  /** In hex. */
  readonly sha256: string;
}

export interface Bucket {
  /**
   * Writes an object, in parts if it is large, and reads it back. Fails with UPLOAD_FAILED if it reads back otherwise; then it is
   * removed.
   */
  readonly put: (key: string, content: Content, sha256: string) => Promise<ReadObject>;
  /** Reads an object to its end; null if there is none. */
  readonly read: (key: string) => Promise<ReadObject | null>;
  /** An object as text, up to the size of any manifest; null if there is none. */
  readonly readText: (key: string) => Promise<string | null>;
  /** The objects whose keys begin with a text. */
  readonly list: (start: string) => Promise<ListedObject[]>;
  readonly remove: (key: string) => Promise<void>;
  readonly close: () => void;
}

const PART_BYTES = 8 * 1024 * 1024;
const MAX_TEXT_BYTES = 64 * 1024 * 1024;

export function openBucket({ bucket }: ObjectAddress, env: BucketEnvironment, signal: AbortSignal): Bucket {
  // Otherwise the SDK says on standard error that its later versions will need a later Node.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';
  const endpoint = findEndpoint(env);
  const region =
    env.AWS_REGION ?? env.AWS_DEFAULT_REGION ?? (endpoint === undefined ? undefined : 'us-east-1');
  const client = new S3Client({
    ...(endpoint !== undefined && { endpoint, forcePathStyle: true }),
    ...(region !== undefined && { region }),
    // Some servers store the frame around a checksum that follows the content as if it were content.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  });
  const options = { abortSignal: signal };
  const get = async (key: string): Promise<{ body: AsyncIterable<Uint8Array>; etag: string }> => {
    const { Body, ETag } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }), options);
    return { body: Body as AsyncIterable<Uint8Array>, etag: toEtag(ETag) };
  };
  const read = (key: string): Promise<ReadObject | null> =>
    orAbsent(bucket, async () => {
      const { body, etag } = await get(key);
      const digest = createHash('sha256');
      let bytes = 0;
      for await (const chunk of body) {
        digest.update(chunk);
        bytes += chunk.length;
      }
      return { sha256: digest.digest('hex'), etag, bytes };
    });
  const remove = async (key: string): Promise<void> => {
    await inBucket(bucket, () => client.send(new DeleteObjectCommand({ Bucket: bucket, Key: key }), options));
  };
  return {
    async put(key, content, sha256) {
      signal.throwIfAborted();
      const upload = new Upload({
        client,
        params: { Bucket: bucket, Key: key, Body: toBody(content) },
        partSize: PART_BYTES,
        queueSize: 2,
      });
      const abort = (): void => void upload.abort();
      signal.addEventListener('abort', abort, { once: true });
      try {
        await inBucket(bucket, () => upload.done());
      } finally {
        signal.removeEventListener('abort', abort);
      }
      const found = await read(key);
      if (found?.sha256 === sha256) return found;
      const fault = `The object ${key} of ${bucket} does not read back as it was written`;
      try {
        await remove(key);
      } catch (cause) {
        const hint = 'Remove it, or copy again: then it is replaced.';
        throw new MirrorError('UPLOAD_FAILED', `${fault}, and could not be removed.`, { cause, hint });
      }
      throw new MirrorError('UPLOAD_FAILED', `${fault}.`);
    },
    read,
    readText: (key) =>
      orAbsent(bucket, async () => {
        const chunks: Uint8Array[] = [];
        let bytes = 0;
        for await (const chunk of (await get(key)).body) {
          chunks.push(chunk);
          bytes += chunk.length;
          if (bytes > MAX_TEXT_BYTES) break;
        }
        return Buffer.concat(chunks).toString();
      }),
    list: (start) =>
      inBucket(bucket, async () => {
        const found: ListedObject[] = [];
        for await (const page of paginateListObjectsV2(
          { client },
          { Bucket: bucket, Prefix: start },
          options,
        ))
          for (const { Key: key, ETag: etag, Size: bytes = 0 } of page.Contents ?? [])
            if (key !== undefined) found.push({ key, etag: toEtag(etag), bytes });
        return found;
      }),
    remove,
    close() {
      client.destroy();
    },
  };
}

/** Some servers put quotes around an ETag in one kind of answer and not in the other. */
const toEtag = (etag: string | undefined): string => etag?.replaceAll('"', '') ?? '';

const toBody = (content: Content) =>
  'text' in content ? content.text : createReadStream(content.path, { highWaterMark: 1_048_576 });

async function orAbsent<Result>(bucket: string, action: () => Promise<Result>): Promise<Result | null> {
  try {
    return await inBucket(bucket, action);
  } catch (thrown) {
    const cause = thrown instanceof MirrorError ? thrown.cause : thrown;
    if (toName(cause) === 'NoSuchKey' || toName(cause) === 'NotFound') return null;
    throw thrown;
  }
}

/** The name of an error of the SDK or of the code of the server's answer. Its text can have anything, and is not shown. */
function toName(thrown: unknown): string {
  if (!(thrown instanceof Error)) return 'error';
  const { code, $metadata: answer } = thrown as {
    readonly code?: unknown;
    readonly $metadata?: { readonly httpStatusCode?: unknown };
  };
  // An answer without a body, as a proxy gives it, has a status alone.
  const isBare = ['Error', 'Unknown', 'UnknownError', 'S3ServiceException'].includes(thrown.name);
  const status = typeof answer?.httpStatusCode === 'number' ? String(answer.httpStatusCode) : thrown.name;
  const name = isBare ? (typeof code === 'string' ? code : status) : thrown.name;
  return /^\w{1,50}$/.test(name) ? name : 'error';
}

async function inBucket<Result>(bucket: string, action: () => Promise<Result>): Promise<Result> {
  try {
    return await action();
  } catch (thrown) {
    if (thrown instanceof MirrorError || toName(thrown) === 'AbortError') throw thrown;
    const { what, hint } = explainFault(toName(thrown), thrown instanceof Error ? thrown.message : '');
    throw new MirrorError('UPLOAD_FAILED', `The bucket ${bucket} could not be used: ${what}.`, {
      cause: thrown,
      ...(hint !== null && { hint }),
    });
  }
}
