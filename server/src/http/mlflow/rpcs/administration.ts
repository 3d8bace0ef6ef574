import { type AbsentRow, absent } from './rpc-row.ts';

/** MLflow's workspaces, jobs and web UI. */
export const ADMINISTRATION_RPCS: readonly AbsentRow[] = [
  ...absent(
    'There is one workspace, `default`; server-info says so.',
    ['listWorkspaces', 'api3', 'GET /workspaces'],
    ['createWorkspace', 'api3', 'POST /workspaces'],
    ['getWorkspace', 'api3', 'GET /workspaces/{workspace_name}'],
    ['updateWorkspace', 'api3', 'PATCH /workspaces/{workspace_name}'],
    ['deleteWorkspace', 'api3', 'DELETE /workspaces/{workspace_name}'],
  ),
  ...absent(
    'Background jobs of MLflow itself are not offered.',
    ['getJob', 'ajax3', 'GET /jobs/{job_id}'],
    ['cancelJob', 'ajax3', 'PATCH /jobs/cancel/{job_id}'],
    ['submitServerJob', 'root', 'POST /ajax-api/3.0/jobs/'],
    ['getServerJob', 'root', 'GET /ajax-api/3.0/jobs/{job_id}'],
    ['cancelServerJob', 'root', 'PATCH /ajax-api/3.0/jobs/cancel/{job_id}'],
    ['searchServerJobs', 'root', 'POST /ajax-api/3.0/jobs/search'],
  ),
  ...absent(
    'The web UI of MLflow is not served, nor what only it calls to draw itself.',
    ['serve', 'root', 'GET /'],
    ['serveStaticFile', 'root', 'GET /static-files/{path…}'],
    ['graphql', 'root', 'GET /graphql', 'POST /graphql'],
    ['uiTelemetry', 'ajax3', 'GET /ui-telemetry', 'POST /ui-telemetry'],
    ['generateDemo', 'ajax3', 'POST /demo/generate'],
    ['deleteDemo', 'ajax3', 'POST /demo/delete'],
  ),
];
