/* The client of S3, which is large, so that the build makes a file of it that only a copy to a bucket loads. It imports nothing of this project. */

export { DeleteObjectCommand, GetObjectCommand, S3Client, paginateListObjectsV2 } from '@aws-sdk/client-s3';
export { Upload } from '@aws-sdk/lib-storage';
