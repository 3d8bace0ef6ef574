import { invalidArgument } from '../../../domain/errors.ts';
import { EDGE_KINDS, type EdgeKind, NODE_KINDS, type NodeKind } from '../../../domain/lineage.ts';
import { parseNodeId } from '../../../domain/lineage-edge.ts';
import { declareEdges, type NamedEnd } from '../../../operations/lineage-edge.ts';
import { endpoint } from '../endpoint.ts';
import { SUCCESS } from '../fields.ts';
import { Type } from '../schema-builder.ts';
import { parseTime } from '../time.ts';

const NAME_LENGTH = 1_000;

type End = string | { readonly kind: NodeKind; readonly id: string; readonly label?: string };

const NAMED_END = Type.Object(
  {
    kind: Type.Unsafe<NodeKind>({ type: 'string', enum: [...NODE_KINDS] }),
    id: Type.String({
      minLength: 1,
      maxLength: NAME_LENGTH,
      description: 'What names it: of a version `name/version`, of a dataset `name@digest`.',
    }),
    label: Type.Optional(Type.String({ minLength: 1, maxLength: NAME_LENGTH })),
  },
  { additionalProperties: false },
);
const END = Type.Unsafe<End>(
  Type.Union([
    Type.String({ minLength: 1, maxLength: NAME_LENGTH, description: 'The `id` of a node of a graph.' }),
    NAMED_END,
  ]),
);

export const createEdgesEndpoint = endpoint({
  method: 'POST',
  path: '/lineage/edges',
  operation: 'createLineageEdges',
  permission: 'edit-metadata',
  tag: 'Lineage',
  summary: 'Declare what cannot be inferred',
  description:
    'Deployments, feature tables, parents elsewhere. All edges are kept, or none; one that is known stays as it was first said. An edge points from what was made to what it was made from (`trained_on`, `evaluated_on`, `derived_from`, `built_by`), or from what made it, or is deployed, to what came of it (`produced`, `deployed_to`). Who may edit the version that an edge is about may declare it; where it is about no version, a writer on all models.',
  status: 201,
  body: Type.Object(
    {
      edges: Type.Array(
        Type.Object(
          {
            from: END,
            to: END,
            kind: Type.Unsafe<EdgeKind>({ type: 'string', enum: [...EDGE_KINDS] }),
            at: Type.Optional(
              Type.String({ description: 'When it became so: a time with its zone; now unless given.' }),
            ),
          },
          { additionalProperties: false },
        ),
        { minItems: 1, maxItems: 1_000 },
      ),
    },
    { additionalProperties: false },
  ),
  answer: Type.Object({
    success: SUCCESS,
    added: Type.Integer({ description: 'How many were not known before.' }),
  }),
  problems: [
    'model_not_found',
    'no_versions',
    'version_not_found',
    'version_deleted',
    'version_purged',
    'run_not_found',
    'logged_model_not_found',
  ],
  async run(deps, actor, { body }) {
    const edges = body.edges.map(({ from, to, kind, at }, index) => ({
      from: readEnd(from, `/edges/${index}/from`),
      to: readEnd(to, `/edges/${index}/to`),
      kind,
      atMs: at === undefined ? null : parseTime(at, `/edges/${index}/at`),
    }));
    return { added: await declareEdges(deps, actor, edges) };
  },
});

function readEnd(end: End, path: string): NamedEnd {
  if (typeof end !== 'string') return { kind: end.kind, name: end.id, label: end.label ?? null, path };
  const node = parseNodeId(end);
  if (node === null)
    throw invalidArgument(
      `${JSON.stringify(end)} is no node: it is <kind>:<what names it>, of the kinds ${NODE_KINDS.join(', ')}.`,
      path,
    );
  return { ...node, label: null, path };
}
