import { invalidArgument } from '../../../domain/errors.ts';
import { EDGE_KINDS, type EdgeKind, NODE_KINDS } from '../../../domain/lineage.ts';
import { renderParent } from '../../../domain/parent-reference.ts';
import { getLineage, type Lineage } from '../../../operations/lineage.ts';
import { parseVersionReference } from '../../../operations/version-reference.ts';
import { endpoint } from '../endpoint.ts';
import { nullable, STAGE, SUCCESS, TIME, VERSION_PARAMS } from '../fields.ts';
import { toRecord } from '../json-answer.ts';
import { Type } from '../schema-builder.ts';
import { parseTime, renderTime } from '../time.ts';
import { HYPERPARAMETERS, METRICS, toMegabytes } from './render-version.ts';

const DEFAULT_DEPTH = 3;

const QUERY = Type.Object(
  {
    direction: Type.Optional(
      Type.Unsafe<'upstream' | 'downstream' | 'both'>({
        type: 'string',
        enum: ['upstream', 'downstream', 'both'],
        default: 'both',
      }),
    ),
    edges: Type.Optional(
      Type.String({
        description: `Only edges of these kinds: a list of ${EDGE_KINDS.join(', ')}, with commas between.`,
      }),
    ),
    as_of: Type.Optional(
      Type.String({ description: 'Only what had been said by then: a time with its zone.' }),
    ),
    depth: Type.Optional(Type.Integer({ minimum: 1, maximum: 20, default: DEFAULT_DEPTH })),
  },
  { additionalProperties: false },
);

const TEXT = nullable(Type.String());

const ANSWER = Type.Object({
  success: SUCCESS,
  lineage: Type.Object({
    model: Type.Object({ name: Type.String(), version: Type.Integer(), stage: STAGE }),
    training: Type.Object({
      data_version: TEXT,
      code_version: TEXT,
      created_at: nullable(TIME),
      created_by: Type.String(),
    }),
    performance: METRICS,
    hyperparameters: HYPERPARAMETERS,
    model_size_mb: nullable(Type.Number()),
    parent_model: TEXT,
  }),
  graph: Type.Object({
    nodes: Type.Array(
      Type.Object({ id: Type.String(), kind: Type.Enum([...NODE_KINDS]), label: Type.String() }),
    ),
    edges: Type.Array(
      Type.Object({
        from: Type.String(),
        to: Type.String(),
        kind: Type.Enum([...EDGE_KINDS]),
        declared_by: Type.String(),
        at: nullable(TIME),
        origin: Type.Enum(['inferred', 'declared', 'verified'], {
          description:
            'How it is known: from what MLflow says, because somebody said so, or proved: the sealed files of both versions are the same.',
        }),
      }),
    ),
    truncated: Type.Boolean({ description: 'True when there were more than 500 nodes.' }),
  }),
});

export const getLineageEndpoint = endpoint({
  method: 'GET',
  path: '/models/:model_name/lineage/:version',
  operation: 'getLineage',
  permission: 'read-metadata',
  tag: 'Versions',
  summary: 'Tell where a version comes from, and where it went',
  description:
    'Its run, data, code and parents, with a graph of them and of what was made from it or runs it, up to `depth` steps. Edges are inferred from what MLflow and the registration said, or declared. What the caller may not read is left out.',
  params: VERSION_PARAMS,
  query: QUERY,
  answer: ANSWER,
  problems: ['model_not_found', 'version_not_found', 'version_deleted', 'version_purged'],
  model: 'params',
  tagged: true,
  async run(deps, actor, { params, query }) {
    const lineage = await getLineage(deps, actor, {
      name: params.model_name,
      reference: parseVersionReference(params.version, 'version'),
      direction: query.direction ?? 'both',
      depth: query.depth ?? DEFAULT_DEPTH,
      kinds: query.edges === undefined ? null : readKinds(query.edges),
      asOfMs: query.as_of === undefined ? null : parseTime(query.as_of, 'as_of'),
    });
    return renderLineage(lineage);
  },
});

function readKinds(text: string): readonly EdgeKind[] {
  return text.split(',').map((one) => {
    const kind = EDGE_KINDS.find((known) => known === one.trim());
    if (kind === undefined)
      throw invalidArgument(`${JSON.stringify(one)} is none of ${EDGE_KINDS.join(', ')}.`, 'edges');
    return kind;
  });
}

function renderLineage({ view, graph }: Lineage) {
  const { version, facts, stage } = view;
  return {
    lineage: {
      model: { name: version.name, version: version.version, stage },
      training: {
        data_version: facts.dataVersion,
        code_version: facts.codeVersion,
        created_at: renderTime(version.createdAtMs),
        created_by: view.createdBy,
      },
      performance: toRecord(view.metrics),
      hyperparameters: toRecord(view.hyperparameters),
      model_size_mb: toMegabytes(view.record?.sizeBytes ?? null),
      parent_model: facts.parent && renderParent(facts.parent),
    },
    graph: {
      nodes: graph.nodes,
      edges: graph.edges.map(({ declaredBy, atMs, ...edge }) => ({
        ...edge,
        declared_by: declaredBy,
        at: renderTime(atMs),
      })),
      truncated: graph.truncated,
    },
  };
}
