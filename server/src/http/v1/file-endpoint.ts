import type { FastifyReply, FastifyRequest } from 'fastify';
import type { TObject, TSchema } from 'typebox';
import { type ArtifactPath, parseRequestPath } from '../../domain/artifact-path.ts';
import type { Deps } from '../../operations/ports.ts';
import { parseVersionReference, type VersionReference } from '../../operations/version-reference.ts';
import { type Description, visibleFirst } from './endpoint.ts';
import { MODEL_NAME, VERSION_PARAMETER } from './fields.ts';
import { Type } from './schema-builder.ts';
import { inspector, notValid } from './validation.ts';

/** One file of a version, as the path of a request names it. */
export interface NamedFile {
  readonly name: string;
  readonly reference: VersionReference;
  readonly path: ArtifactPath;
}

/** An operation whose body (`in`) or answer (`out`) is the bytes of a file. Its path ends with `:path`. */
export interface FileEndpoint extends Description {
  readonly streams: 'in' | 'out';
  /** What a success answers; absent where that is the file. */
  readonly answer?: TSchema;
  readonly schemas: { readonly params: TObject };
  /** Answers the body of a success, or null when it sent the file itself. */
  readonly transfer: (deps: Deps, request: FastifyRequest, reply: FastifyReply) => Promise<object | null>;
}

const PARAMS = Type.Object(
  {
    model_name: MODEL_NAME,
    version: VERSION_PARAMETER,
    path: Type.String({ description: 'As in the manifest; its slashes may stand as they are.' }),
  },
  { additionalProperties: false },
);

const NOTHING = Type.Object({}, { additionalProperties: false });

/** `/api/v1/models/{model_name}/versions/{version}/files/` */
const SEGMENTS_BEFORE_PATH = 8;

export function fileEndpoint(
  spec: Omit<FileEndpoint, 'schemas' | 'transfer'> & {
    readonly run: (
      deps: Deps,
      file: NamedFile,
      exchange: { request: FastifyRequest; reply: FastifyReply },
    ) => Promise<object | null>;
  },
): FileEndpoint {
  const { run, ...description } = spec;
  const inspectParams = inspector('params', PARAMS);
  const inspectQuery = inspector('query', NOTHING);
  const read = (request: FastifyRequest): NamedFile => {
    const { model_name: name, version } = request.params as { model_name: string; version: string };
    // What the router decoded is never used as a path.
    const path = pathText(request.raw.url ?? '');
    const problems = [...inspectParams({ model_name: name, version, path }), ...inspectQuery(request.query)];
    if (problems.length > 0) throw notValid(problems);
    return {
      name,
      reference: parseVersionReference(version, 'version'),
      path: parseRequestPath(path, 'path'),
    };
  };
  return {
    ...description,
    schemas: { params: PARAMS },
    async transfer(deps, request, reply) {
      try {
        const answer = await run(deps, read(request), { request, reply });
        return answer && { success: true, ...answer };
      } catch (error) {
        const { model_name: name } = request.params as { model_name: string };
        throw await visibleFirst(deps, request.actor, name.includes('\0') ? null : name, error);
      }
    },
  };
}

/** The end of the target as it was sent, still percent-encoded. */
function pathText(target: string): string {
  const [path = ''] = target.split('?', 1);
  return path.split('/').slice(SEGMENTS_BEFORE_PATH).join('/');
}
