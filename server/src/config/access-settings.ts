import { parseArtifactRoot } from './locations.ts';
import { OIDC_SETTINGS } from './oidc-settings.ts';
import type { Setting } from './settings.ts';
import { parseFlag, parseList, parseOneOf } from './values.ts';

function setting<T>(row: Setting<T>): Setting<T> {
  return row;
}

/** Who may ask, and the proof of who did. */
export const ACCESS_SETTINGS = {
  auth: setting({
    names: ['REGISTRY_AUTH'],
    default: 'none',
    accepts: 'none, local or oidc',
    meaning:
      'How callers sign in. none: nobody does, and everybody may do everything. local: users and API tokens of this registry. oidc: at an identity provider, or with API tokens.',
    parse: parseOneOf(['none', 'local', 'oidc']),
  }),
  allowPublicWithoutAuth: setting({
    names: ['REGISTRY_ALLOW_PUBLIC_WITHOUT_AUTH'],
    default: 'false',
    accepts: 'true or false',
    meaning: 'Allows to bind an address beyond this machine although nobody signs in.',
    parse: parseFlag,
  }),
  bootstrapAdmin: setting({
    names: ['REGISTRY_BOOTSTRAP_ADMIN'],
    accepts: 'the name of a user',
    meaning: 'The first admin, made at the start while there is none.',
    parse: (text) => text,
  }),
  bootstrapAdminPassword: setting({
    names: ['REGISTRY_BOOTSTRAP_ADMIN_PASSWORD'],
    accepts: 'a password of 15 characters or more',
    meaning: 'Of the first admin; looked at only when that is made.',
    secret: true,
    parse: (text) => text,
  }),
  productionApprovers: setting({
    names: ['PRODUCTION_APPROVERS'],
    default: '',
    accepts: 'user names, separated by commas',
    meaning: 'Users who have the role approver on all models for as long as they stand here.',
    parse: parseList,
  }),
  ...OIDC_SETTINGS,
  auditKeyFile: setting({
    names: ['REGISTRY_AUDIT_KEY_FILE'],
    default: 'data/audit.key',
    accepts: 'the path of a PEM file with an Ed25519 private key (made when it is not there)',
    meaning: 'Signs the checkpoints of the audit log. Several servers on one database use the same key.',
    parse: (text) => text,
  }),
  auditCheckpointSink: setting({
    names: ['REGISTRY_AUDIT_CHECKPOINT_SINK'],
    accepts: 'a folder or s3://<bucket>/<prefix>',
    meaning:
      'Where every checkpoint of the audit log is kept, too: out of reach of whoever can change the database. In S3 with the settings of the artifacts.',
    parse: parseArtifactRoot,
  }),
} as const;
