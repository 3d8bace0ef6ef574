import { decodingRounds, hasInvisibleCharacters, parseArtifactPath } from './artifact-path.ts';
import { invalidArgument, type RegistryError } from './errors.ts';

const FIELD = 'artifact_location';
const LENGTH_LIMIT = 2_048;
const URI = /^([a-z][a-z0-9+.-]+):(\/{1,2})(.*)$/is;
/** MLflow 3.17: schemes whose URIs name the host that would be connected to (store/artifact/host_policy.py). */
const HOST_ADDRESSED = new Set(['ftp', 'sftp', 'hdfs', 'viewfs', 'http', 'https', 'r2', 'b2', 'abfss']);
/** Schemes that are no place of files, or a place on this very host. */
const NO_LOCATION = new Set(['file', 'models', 'javascript', 'data', 'vbscript', 'blob', 'about']);
const PASSWORD = /^[^/@:]*:[^/@]*@/;

/**
 * The rule for an experiment's `artifact_location`, where clients of its runs will put their files. The server
 * itself never opens any but `mlflow-artifacts:/…`. Purely lexical.
 * @throws `invalid_argument`, with MLflow's sentence where it has one.
 */
export function checkArtifactLocation(text: string): void {
  if ([...text].length > LENGTH_LIMIT)
    throw invalidArgument(
      `Invalid artifact path length. The length of the artifact path cannot be greater than ${LENGTH_LIMIT} characters.`,
      FIELD,
    );
  if (text.includes('#')) throw invalidArgument(`'${FIELD}' URL can't include fragments or params.`, FIELD);
  if (text.toLowerCase().startsWith('runs:'))
    throw invalidArgument(`Artifact location cannot be a runs:/ URI. Given: '${text}'`, FIELD);
  if (hasInvisibleCharacters(text)) throw refusal(text, 'control and invisible characters are not accepted');
  const [, scheme = '', slashes = '', rest = ''] = URI.exec(text) ?? [];
  const name = scheme.toLowerCase();
  // MLflow would resolve a local path against the working directory of the server.
  if (name === '' || NO_LOCATION.has(name))
    throw refusal(text, 'it must be the URI of a remote store, or be left out');
  if (HOST_ADDRESSED.has(name) || (name === 'mlflow-artifacts' && slashes === '//' && !rest.startsWith('/')))
    throw hostAddressed(name);
  if (PASSWORD.test(rest)) throw refusal(text, 'it must not carry a password');
  checkTraversal(text, rest);
  if (name === 'mlflow-artifacts') parseArtifactPath(rest.replace(/^\/+/, ''), FIELD);
}

function checkTraversal(text: string, rest: string): void {
  const rounds = decodingRounds(rest);
  if (rounds === null) throw refusal(text, 'it is percent-encoded too many times');
  for (const round of rounds) {
    const mark = round.indexOf('?');
    if (mark >= 0 && round.slice(mark).includes('..')) throw invalidArgument('Invalid query string', FIELD);
    if (round.split(/[/\\;=]/).includes('..') || round.includes('\0') || round.includes('\\'))
      throw refusal(text, 'it must not hold relative path references');
  }
}

function hostAddressed(scheme: string): RegistryError<'invalid_argument'> {
  return invalidArgument(
    `'${FIELD}' cannot use the '${scheme}' scheme: the '${scheme}' scheme addresses a host other than the ` +
      "tracking server's configured artifact storage, so the server would connect to the host named in the URI.",
    FIELD,
  );
}

function refusal(text: string, why: string): RegistryError<'invalid_argument'> {
  return invalidArgument(`Invalid artifact location '${text}': ${why}.`, FIELD);
}
