/** The variables that the SDK reads and that change how it is asked. */
export type BucketEnvironment = Readonly<
  Partial<Record<'AWS_ENDPOINT_URL_S3' | 'AWS_ENDPOINT_URL' | 'AWS_REGION' | 'AWS_DEFAULT_REGION', string>>
>;

/** The address of a server that is not of AWS; undefined if the bucket is there. */
export const findEndpoint = (env: BucketEnvironment): string | undefined =>
  env.AWS_ENDPOINT_URL_S3 ?? env.AWS_ENDPOINT_URL;
