import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { STOP_LIMIT_MS } from '../../src/compose/stop.ts';
import { loadConfig } from '../../src/config/config.ts';
import { newAuditKey } from '../../src/host/audit-key.ts';
import { REPOSITORY } from '../process/server-process.ts';
import { testApp } from '../support/app.ts';
import { parseDockerfile } from '../support/image/dockerfile.ts';
import { hasKubectl, kustomized, type Manifest, problemsOf, readManifests } from '../support/kubernetes.ts';

const NAME = 'cloud-mlflow-registry';
const read = (path: string) => readFileSync(join(REPOSITORY, path), 'utf8');
const manifests = readManifests('k8s/deployment.yaml');
const OVERLAYS = ['k8s/overlays/postgres', 'k8s/overlays/s3-workload-identity'];
const image = parseDockerfile(read('Dockerfile')).get('runtime');

function the(kind: string, all = manifests, name = NAME): Manifest {
  const found = all.find((manifest) => manifest.kind === kind && manifest.metadata.name === name);
  if (found === undefined) throw new Error(`no ${kind} ${name}`);
  return found;
}

const podOf = (all = manifests) => the('Deployment', all)['spec'].template;
const containerOf = (all = manifests) => podOf(all).spec.containers[0];

/** The Secret that stands above the manifests as a comment. */
function exampleSecret(): Manifest {
  const comment = read('k8s/deployment.yaml').split('\n---\n')[0] ?? '';
  const lines = comment.slice(comment.indexOf('# apiVersion')).split('\n');
  return parse(lines.map((line) => line.replace(/^# ?/, '')).join('\n')) as Manifest;
}

/** What a container of the registry has in its environment in a namespace called `farm`. */
function environment(all = manifests): Record<string, string> {
  const env: Record<string, string> = {
    ...Object.fromEntries(image?.env ?? []),
    ...the('ConfigMap', all)['data'],
  };
  for (const { name, value, valueFrom } of containerOf(all).env)
    env[name] =
      valueFrom === undefined
        ? value.replaceAll(/\$\((\w+)\)/g, (_all: string, key: string) => env[key] ?? `$(${key})`)
        : { 'metadata.namespace': 'farm' }[valueFrom.fieldRef.fieldPath as 'metadata.namespace'];
  return env;
}

/** What stands in a file that the Secret of the example puts into the pod. */
function readMounted(all = manifests): (path: string) => string {
  const secret = exampleSecret();
  const volumes = podOf(all).spec.volumes as { name: string; secret?: { secretName: string } }[];
  const mounted = volumes.find((volume) => volume.secret?.secretName === secret.metadata.name);
  const mount = containerOf(all).volumeMounts.find(({ name }: { name: string }) => name === mounted?.name);
  return (path) => {
    const text = secret['stringData'][basename(path)];
    if (path !== `${mount?.mountPath}/${basename(path)}` || text === undefined)
      throw new Error(`nothing puts ${path} there`);
    return text;
  };
}

test('all that the file holds is what a strict API server takes, in any namespace', async () => {
  for (const manifest of [...manifests, exampleSecret()]) {
    expect([manifest.kind, await problemsOf(manifest)]).toEqual([manifest.kind, []]);
    expect(manifest.metadata.namespace).toBeUndefined();
  }
  expect([...new Set(manifests.map(({ kind }) => kind))]).toEqual([
    'ServiceAccount',
    'ConfigMap',
    'Deployment',
    'Service',
    'PodDisruptionBudget',
    'HorizontalPodAutoscaler',
    'NetworkPolicy',
  ]);
});

test('the schemas refuse a field that there is not, a wrong type, and what is missing', async () => {
  const broken = structuredClone(the('Deployment'));
  broken['spec'].replicaz = 3;
  broken['spec'].replicas = 'two';
  delete broken['spec'].selector;
  expect((await problemsOf(broken)).sort()).toEqual([
    expect.stringContaining('missingProperty":"selector"'),
    '/spec/replicas type {"type":"integer"}',
    'apps/v1 Deployment: no field /spec/replicaz',
  ]);
});

test.skipIf(!hasKubectl).each(OVERLAYS)(
  '%s makes objects that a strict API server takes',
  async (overlay) => {
    const made = kustomized(overlay);
    for (const manifest of made)
      expect([manifest.kind, await problemsOf(manifest)]).toEqual([manifest.kind, []]);
    expect(made.length).toBeGreaterThanOrEqual(manifests.length);
  },
);

test('the overlays are laid over the very file that is applied by itself', async () => {
  await expect(read('k8s/deployment.yaml')).toMatchFileSnapshot(join(REPOSITORY, 'k8s/base/deployment.yaml'));
});

test('the settings are taken, with sign-in, on PostgreSQL and S3, and name every host that it is called', () => {
  const config = loadConfig(environment(), readMounted());
  expect(config).toMatchObject({
    auth: 'local',
    host: '0.0.0.0',
    database: { kind: 'postgres' },
    artifactRoot: { kind: 's3', bucket: 'farmiq-mlflow-registry' },
    auditKeyFile: '/run/secrets/registry/audit-key',
    allowedHosts: [
      'registry.example.org',
      NAME,
      `${NAME}.farm`,
      `${NAME}.farm.svc`,
      `${NAME}.farm.svc.cluster.local`,
    ],
  });
  expect(readMounted()(config.auditKeyFile)).toContain(newAuditKey().split('\n')[0]);
  expect(config.baseUrl).toBe(`https://${the('ConfigMap')['data'].PUBLIC_HOST}`);
});

test.skipIf(!hasKubectl)('with workload identity the SDK looks for its keys by itself', () => {
  const made = kustomized('k8s/overlays/s3-workload-identity');
  const config = loadConfig(environment(made), readMounted(made));
  expect([config.s3AccessKeyId, config.s3SecretAccessKey]).toEqual([undefined, undefined]);
  expect(the('ServiceAccount', made).metadata).toMatchObject({
    annotations: { 'eks.amazonaws.com/role-arn': expect.stringMatching(/^arn:aws:iam::\d{12}:role\//) },
  });
});

test('the probes ask what the server answers, on the port of the image', async () => {
  await using server = await testApp();
  const origin = `http://127.0.0.1:${await server.listen()}`;
  const { ports, startupProbe, livenessProbe, readinessProbe } = containerOf();
  expect(`${ports[0].containerPort}`).toBe(image?.exposed[0]);
  for (const { httpGet } of [startupProbe, livenessProbe, readinessProbe]) {
    expect(httpGet.port).toBe(ports[0].name);
    expect([httpGet.path, (await fetch(`${origin}${httpGet.path}`)).status]).toEqual([httpGet.path, 200]);
  }
  expect([startupProbe, livenessProbe, readinessProbe].map(({ httpGet }) => httpGet.path)).toEqual([
    '/health',
    '/health',
    '/ready',
  ]);
  // /ready waits for up to 2 s.
  expect(readinessProbe.timeoutSeconds).toBeGreaterThan(2);
});

test('a pod that is told to stop has more time than the server takes at most', () => {
  const { terminationGracePeriodSeconds: grace } = podOf().spec;
  const { seconds } = containerOf().lifecycle.preStop.sleep;
  expect(grace * 1_000).toBeGreaterThan(seconds * 1_000 + STOP_LIMIT_MS);
  expect(the('Deployment')['spec']).toMatchObject({
    replicas: 2,
    strategy: { rollingUpdate: { maxUnavailable: 0 } },
  });
});

test('what belongs together names each other rightly', () => {
  const labels = podOf().metadata.labels;
  const selectors = [
    the('Deployment')['spec'].selector.matchLabels,
    the('Service')['spec'].selector,
    the('PodDisruptionBudget')['spec'].selector.matchLabels,
    ...manifests
      .filter(({ kind }) => kind === 'NetworkPolicy')
      .map((manifest) => manifest['spec'].podSelector.matchLabels),
    ...podOf().spec.topologySpreadConstraints.map(
      (one: { labelSelector: { matchLabels: object } }) => one.labelSelector.matchLabels,
    ),
  ];
  for (const selector of selectors) expect(selector).toEqual(labels);
  expect(the('HorizontalPodAutoscaler')['spec'].scaleTargetRef.name).toBe(NAME);
  expect(podOf().spec.serviceAccountName).toBe(the('ServiceAccount').metadata.name);
  const port = containerOf().ports[0].name;
  expect([
    the('Service')['spec'].ports[0].targetPort,
    the('NetworkPolicy')['spec'].ingress[0].ports[0].port,
  ]).toEqual([port, port]);
  expect(the('NetworkPolicy')['spec'].policyTypes).toEqual(['Ingress', 'Egress']);
});

test('the pod has no token of the cluster, and writes to its volumes alone', () => {
  const { automountServiceAccountToken, volumes } = podOf().spec;
  expect([automountServiceAccountToken, the('ServiceAccount')['automountServiceAccountToken']]).toEqual([
    false,
    false,
  ]);
  const { volumeMounts, resources } = containerOf();
  const mounts = volumeMounts as { name: string; mountPath: string }[];
  expect(mounts.map(({ mountPath }) => mountPath).sort()).toEqual([
    '/mlflow',
    '/run/secrets/registry',
    '/tmp',
  ]);
  expect(mounts.map(({ name }) => name).sort()).toEqual(
    volumes.map(({ name }: { name: string }) => name).sort(),
  );
  expect(image?.volumes).toEqual(['/mlflow']);
  expect(resources).toMatchObject({ requests: { cpu: expect.anything(), memory: expect.anything() } });
});

/** The rules of Pod Security `restricted` that a pod can break. */
function unrestricted({ spec }: { spec: Manifest }): string[] {
  const broken: string[] = [];
  const rule = (holds: boolean, name: string) => void (holds || broken.push(name));
  const allowed = [
    'name',
    'configMap',
    'emptyDir',
    'secret',
    'projected',
    'downwardAPI',
    'persistentVolumeClaim',
  ];
  const { securityContext: pod = {}, volumes = [], containers, initContainers = [] } = spec;
  rule(!spec['hostNetwork'] && !spec['hostPID'] && !spec['hostIPC'], 'host namespaces');
  for (const volume of volumes)
    rule(
      Object.keys(volume).every((key) => allowed.includes(key)),
      'volume types',
    );
  for (const { securityContext: own = {}, ports = [] } of [...containers, ...initContainers]) {
    rule((own.runAsNonRoot ?? pod.runAsNonRoot) === true, 'non-root');
    rule((own.runAsUser ?? pod.runAsUser) !== 0, 'user');
    rule((own.seccompProfile ?? pod.seccompProfile)?.type === 'RuntimeDefault', 'seccomp');
    rule(own.allowPrivilegeEscalation === false, 'privilege escalation');
    rule(own.capabilities?.drop?.includes('ALL') === true && !own.capabilities.add?.length, 'capabilities');
    rule(own.privileged !== true, 'privileged');
    rule(own.readOnlyRootFilesystem === true, 'read-only root');
    rule(
      ports.every((port: { hostPort?: number }) => port.hostPort === undefined),
      'host ports',
    );
  }
  return broken;
}

test('every pod is restricted, with a read-only root and the user of its image', () => {
  const postgres = the(
    'StatefulSet',
    readManifests('k8s/overlays/postgres/postgres.yaml'),
    `${NAME}-postgres`,
  );
  for (const pod of [podOf(), postgres['spec'].template]) expect(unrestricted(pod)).toEqual([]);
  const { runAsUser, runAsGroup } = podOf().spec.securityContext;
  expect(`${runAsUser}:${runAsGroup}`).toBe(image?.user);
  expect(unrestricted({ spec: { containers: [{}] } as unknown as Manifest })).not.toEqual([]);
});

test('PostgreSQL in the cluster is the one that tracking-uri is said to name', () => {
  const all = readManifests('k8s/overlays/postgres/postgres.yaml');
  const container = the('StatefulSet', all, `${NAME}-postgres`)['spec'].template.spec.containers[0];
  const env = Object.fromEntries(
    container.env.map(({ name, value }: Record<string, string>) => [name, value]),
  );
  const said = /postgresql:\/\/(\w+):<that password>@([\w-]+):(\d+)\/(\w+)/.exec(
    read('k8s/overlays/postgres/kustomization.yaml'),
  );
  expect(said?.slice(1)).toEqual([
    env['POSTGRES_USER'],
    the('Service', all, `${NAME}-postgres`).metadata.name,
    `${container.ports[0].containerPort}`,
    env['POSTGRES_DB'],
  ]);
});
