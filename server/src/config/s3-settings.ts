import { parseBucketOwner, parseS3Endpoint, parseS3UploadArgs } from './s3-values.ts';
import type { Setting } from './settings.ts';
import { parseMlflowFlag, parseOneOf } from './values.ts';

function setting<T>(row: Setting<T>): Setting<T> {
  return row;
}

const CHAIN = "By default the AWS SDK's own search: profile, web identity, container, instance.";

/** For an artifact root in S3; the names are those that MLflow and its boto3 read. */
export const S3_SETTINGS = {
  s3Endpoint: setting({
    names: ['MLFLOW_S3_ENDPOINT_URL', 'AWS_ENDPOINT_URL_S3', 'AWS_ENDPOINT_URL'],
    accepts: 'an http:// or https:// URL without path, query and password',
    meaning:
      "A store that speaks S3, such as MinIO or Ceph, which clients can reach, too. By default Amazon's.",
    parse: parseS3Endpoint,
  }),
  s3Region: setting({
    names: ['AWS_REGION', 'AWS_DEFAULT_REGION'],
    accepts: 'the name of a region',
    meaning: 'The region of the bucket. By default that of the AWS profile, else us-east-1.',
    parse: String,
  }),
  s3AccessKeyId: setting({
    names: ['AWS_ACCESS_KEY_ID'],
    accepts: 'a key id',
    meaning: `With AWS_SECRET_ACCESS_KEY. ${CHAIN}`,
    secret: true,
    parse: String,
  }),
  s3SecretAccessKey: setting({
    names: ['AWS_SECRET_ACCESS_KEY'],
    accepts: 'a secret key',
    meaning: 'With AWS_ACCESS_KEY_ID.',
    secret: true,
    parse: String,
  }),
  s3SessionToken: setting({
    names: ['AWS_SESSION_TOKEN'],
    accepts: 'a token',
    meaning: 'With temporary keys. Keys that expire are better left to the SDK, which renews them.',
    secret: true,
    parse: String,
  }),
  s3IgnoreTls: setting({
    names: ['MLFLOW_S3_IGNORE_TLS'],
    default: 'false',
    accepts: 'true, false, 1 or 0',
    meaning: "Whether the store's certificate may be anyone's. Not for production.",
    parse: parseMlflowFlag,
  }),
  s3Addressing: setting({
    names: ['MLFLOW_BOTO_CLIENT_ADDRESSING_STYLE'],
    default: 'auto',
    accepts: 'auto (path where MLFLOW_S3_ENDPOINT_URL is set, else virtual), path or virtual',
    meaning: 'Whether the bucket stands in the path or in the host name.',
    parse: parseOneOf(['auto', 'path', 'virtual']),
  }),
  s3BucketOwner: setting({
    names: ['MLFLOW_S3_EXPECTED_BUCKET_OWNER'],
    accepts: 'an account number of 12 digits',
    meaning: 'The account that the bucket must belong to.',
    parse: parseBucketOwner,
  }),
  s3UploadArgs: setting({
    names: ['MLFLOW_S3_UPLOAD_EXTRA_ARGS'],
    default: '{}',
    accepts: 'a JSON object with texts for ServerSideEncryption, SSEKMSKeyId, StorageClass, ACL',
    meaning: 'What is said with every object that is made.',
    parse: parseS3UploadArgs,
  }),
} as const;
