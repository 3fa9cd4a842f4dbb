import { wordsOfCode } from '../../lib/system-errors.ts';

/* What a failure of a bucket means, and what to do. Nothing of the text of a server is shown: it can have anything. */

/** Why a bucket could not be used. */
export interface BucketFault {
  readonly what: string;
  readonly hint: string | null;
}

const RIGHTS = 'The user needs s3:GetObject, s3:PutObject, s3:ListBucket and s3:DeleteObject there.';
const LOGIN =
  'Check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_PROFILE, and that they belong to this server.';
const SERVER = 'Check AWS_ENDPOINT_URL, and that the server is running and can be reached from here.';
const AGAIN = 'Copy again later: what is there already is not written again.';

/** By the name that the SDK gives an error, or the code of the server's answer or of the system. */
const KINDS: readonly (readonly [names: RegExp, what: string, hint: string])[] = [
  [
    /^(?:CredentialsProviderError|InvalidSsoToken|ProviderError)$/,
    'there are no credentials',
    'Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE for a profile in ~/.aws.',
  ],
  [/^NoSuchBucket$/, 'there is no such bucket', 'Create the bucket first, or name another one.'],
  [/^InvalidBucketName$/, 'it is no name of a bucket', 'Check the address that --to names.'],
  [/^(?:AccessDenied|AccessDeniedException|Forbidden|AllAccessDisabled|403)$/, 'access is denied', RIGHTS],
  [/^(?:InvalidAccessKeyId|UnrecognizedClientException)$/, 'the server does not know the access key', LOGIN],
  [/^SignatureDoesNotMatch$/, 'the secret access key is not that of the access key', LOGIN],
  [
    /^(?:ExpiredToken|ExpiredTokenException|TokenRefreshRequired|InvalidToken)$/,
    'the session token has expired, or is not valid',
    'Sign in again (`aws sso login`), or set a new AWS_SESSION_TOKEN with its keys.',
  ],
  [
    /^(?:PermanentRedirect|TemporaryRedirect|AuthorizationHeaderMalformed|IllegalLocationConstraintException|301|307)$/,
    'the bucket is in another region, or on another server',
    'Set AWS_REGION to the region of the bucket, and AWS_ENDPOINT_URL only for a server that is not of AWS.',
  ],
  [
    /^(?:RequestTimeTooSkewed|RequestExpired)$/,
    'the clock of this machine is wrong',
    "Set this machine's clock (NTP): the server refuses requests that are 15 minutes off.",
  ],
  [
    /^(?:SlowDown|Throttling|ThrottlingException|TooManyRequests|TooManyRequestsException|RequestLimitExceeded|ServiceUnavailable|BandwidthLimitExceeded|429|503)$/,
    'the server asks for fewer requests',
    AGAIN,
  ],
  [/^(?:InternalError|InternalFailure|RequestTimeout|500|502|504)$/, 'the server failed', AGAIN],
  [
    /^(?:QuotaExceeded|InsufficientStorage|XMinioStorageFull|EntityTooLarge|507)$/,
    'the bucket has no room for the object',
    'Make room there, or raise its quota, and copy again.',
  ],
  [
    /^(?:NotImplemented|MethodNotAllowed|501|405)$/,
    'the server does not do what a copy needs',
    'It must take PutObject, multipart uploads, GetObject, ListObjectsV2 and DeleteObject.',
  ],
  [
    /^(?:\w*(?:CERT|SSL|TLS)\w*|UNABLE_TO_\w+|EPROTO)$/,
    'its certificate cannot be verified, or it does not speak TLS',
    'Name the file of its certificate authority in NODE_EXTRA_CA_CERTS, and check whether AWS_ENDPOINT_URL begins with https or http.',
  ],
  [/^(?:ENOTFOUND|EAI_AGAIN|ECONNREFUSED|EHOSTUNREACH|ENETUNREACH)$/, 'the server cannot be reached', SERVER],
  [
    /^(?:ECONNRESET|ECONNABORTED|EPIPE|ETIMEDOUT|TimeoutError|NetworkingError)$/,
    'the connection broke off',
    AGAIN,
  ],
];

/** Explains what the SDK threw; `name` is its name or code. */
export function explainFault(name: string, message: string): BucketFault {
  if (message === 'Region is missing')
    return {
      what: 'no region is set',
      hint: 'Set AWS_REGION, or AWS_ENDPOINT_URL for a server that is not of AWS.',
    };
  const found = KINDS.find(([names]) => names.test(name));
  if (found === undefined) return { what: wordsOfCode(name), hint: null };
  const [, what, hint] = found;
  return { what: `${what} (${name})`, hint };
}
