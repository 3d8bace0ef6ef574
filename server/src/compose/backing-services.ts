import { openFilesystemArtifactStore } from '../artifacts/filesystem.ts';
import type { Config } from '../config/config.ts';
import { checkpointFolder } from '../host/checkpoint-folder.ts';
import { hostClock } from '../host/clock.ts';
import { OIDC_CALLBACK } from '../http/v1/session/finish-oidc.ts';
import type { ArtifactStore } from '../operations/ports/artifact-store.ts';
import type { CheckpointSink } from '../operations/ports/checkpoint-sink.ts';
import type { IdentityProvider } from '../operations/ports/identity-provider.ts';
import type { Tracer } from '../operations/ports/tracer.ts';

/** The AWS SDK, too, is loaded only where it is used. */
export async function openArtifacts(
  config: Config,
  user: { readonly serverId: string; readonly sweepAll: boolean; readonly tracer?: Tracer | null },
): Promise<ArtifactStore> {
  const { artifactRoot: root } = config;
  if (root.kind === 'folder') return openFilesystemArtifactStore({ root: root.path, ...user });
  const { openS3ArtifactStore } = await import('../artifacts/s3.ts');
  return openS3ArtifactStore({ ...s3Options(config, root), ...user });
}

/** How buckets are talked to, whatever is kept there. */
function s3Options(config: Config, place: { readonly bucket: string; readonly prefix: string }) {
  const { s3AccessKeyId, s3SecretAccessKey, s3SessionToken } = config;
  const credentials = {
    accessKeyId: s3AccessKeyId ?? '',
    secretAccessKey: s3SecretAccessKey ?? '',
    ...(s3SessionToken === undefined ? {} : { sessionToken: s3SessionToken }),
  };
  return {
    bucket: place.bucket,
    prefix: place.prefix,
    endpoint: config.s3Endpoint ?? null,
    region: config.s3Region ?? null,
    credentials: s3AccessKeyId === undefined ? null : credentials,
    ignoreTls: config.s3IgnoreTls,
    addressing: config.s3Addressing,
    bucketOwner: config.s3BucketOwner ?? null,
    uploadArgs: config.s3UploadArgs,
    now: hostClock.now,
  };
}

export async function openCheckpointSink(config: Config): Promise<CheckpointSink | null> {
  const place = config.auditCheckpointSink;
  if (place === undefined) return null;
  if (place.kind === 'folder') return checkpointFolder(place.path);
  const { openCheckpointBucket } = await import('../artifacts/s3-checkpoints.ts');
  return openCheckpointBucket({ ...s3Options(config, place), serverId: 'checkpoints', sweepAll: false });
}

/** Nothing is asked yet: the provider may be away while the server starts. */
export async function openIdentityProvider(config: Config): Promise<IdentityProvider | null> {
  if (config.auth !== 'oidc' || config.oidcIssuer === undefined) return null;
  const { openIdProvider } = await import('../identity/openid-connect.ts');
  return openIdProvider({
    issuer: config.oidcIssuer,
    clientId: config.oidcClientId ?? null,
    clientSecret: config.oidcClientSecret ?? null,
    audience: config.oidcAudience ?? null,
    groupsClaim: config.oidcGroupsClaim,
    redirectUri: `${config.baseUrl}${OIDC_CALLBACK}`,
    now: hostClock.now,
  });
}
