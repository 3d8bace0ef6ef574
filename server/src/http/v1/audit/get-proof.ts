import { invalidArgument } from '../../../domain/errors.ts';
import { proveEvent } from '../../../operations/audit-query.ts';
import { endpoint } from '../endpoint.ts';
import { SUCCESS } from '../fields.ts';
import { Type } from '../schema-builder.ts';
import { CHECKPOINT, PUBLIC_KEY, renderCheckpointEntry } from './fields.ts';

const HASH = Type.String({ description: 'SHA-256, 64 hex digits.' });

export const getProofEndpoint = endpoint({
  method: 'GET',
  path: '/audit/events/:seq/proof',
  operation: 'getAuditProof',
  permission: 'read-audit',
  tag: 'Audit',
  summary: 'Proof that an event is in the log',
  description:
    'The audit path of RFC 6962, section 2.1.1, from the leaf to the root of the checkpoint. `leaf` is the text that is hashed: the event in the form of RFC 8785.',
  params: Type.Object({ seq: Type.String() }, { additionalProperties: false }),
  answer: Type.Object({
    success: SUCCESS,
    proof: Type.Object({
      seq: Type.Integer(),
      leaf: Type.String(),
      leaf_hash: HASH,
      path: Type.Array(HASH),
      checkpoint: CHECKPOINT,
      public_key: PUBLIC_KEY,
    }),
  }),
  problems: ['resource_not_found'],
  async run(deps, actor, { params }) {
    if (!/^(0|[1-9][0-9]{0,15})$/.test(params.seq))
      throw invalidArgument('seq is the place of an event: a whole number from 0.', 'seq');
    const proof = await proveEvent(deps, actor, Number(params.seq));
    return {
      proof: {
        seq: proof.seq,
        leaf: proof.leaf,
        leaf_hash: proof.leafHash,
        path: proof.path,
        checkpoint: renderCheckpointEntry(proof.checkpoint),
        public_key: proof.publicKey,
      },
    };
  },
});
