/** The parts of docs/mlflow-compatibility.md that no table knows. */

export const CLIENTS = `## Which MLflow

| | |
|---|---|
| Server imitated | MLflow 3.17.2: its calls, messages, limits, defaults and order. A differential suite sends the same requests to a real one and to this registry, on SQLite and on PostgreSQL, and compares the answers to the last member (\`interop/differential\`); every call that is answered is in it |
| Python client | 3.17.2, unmodified, with every commit. 2.9.2, 2.22.0 and 3.1.0 (\`mlflow-skinny\`) were tried by hand: experiments, runs, metrics, artifacts, versions, aliases, stages, searches and \`models:/\` work |
| Java client | the official \`mlflow-client\` 2.17.2 from Maven Central (\`interop/java\`), with every commit where Java and Maven are installed |
| R client | its requests (every scalar as a text, POST where Python sends GET) are replayed; the client itself is not run |
| Databases | SQLite and PostgreSQL 14 or newer, written by MLflow 3.10 to 3.17. Real servers of 3.10, 3.13 and 3.17 write them, and start again on them after us. Older ones are refused with the command that upgrades them |
| Artifacts | \`mlflow-artifacts:/…\` through this server; \`s3://…\`, \`file://…\` and plain paths below the artifact root are served, too. Others are pointers: their clients go there themselves |

Three things that 3.17.2 does, and this registry with it, other than older releases or what is written about them: the
aliases of a version go with it when it is deleted over REST; an upload through the artifact proxy has an empty answer; an
unknown name to sort logged models by has the error class \`ATTRIBUTE_NOT_FOUND\`.`;

export const MOVING = `## Moving in

Stop MLflow's server, or let it run on while you try: a copy of its database is enough for that. Then start this
registry with the same places. Step by step, with every command: [moving-in.md](moving-in.md).

| MLflow's option | here |
|---|---|
| \`--backend-store-uri sqlite:///mlflow.db\` or \`postgresql://…\` | \`MLFLOW_TRACKING_URI\`, the same text |
| \`--artifacts-destination <folder or s3://bucket/prefix>\` (the default is \`./mlartifacts\`) | \`MLFLOW_ARTIFACT_ROOT\`, the same place |
| \`--default-artifact-root <folder or s3://bucket/prefix>\` | \`MLFLOW_ARTIFACT_ROOT\`, the same place |
| \`--host\`, \`--port\` | \`HOST\`, \`PORT\` |

\`npx farmiq-registry db check\` says beforehand what was found and what would be made; it changes nothing. The first
start makes tables named \`registry_*\` and a few indexes of that name; MLflow's own tables stay as they are. What
MLflow wrote before, and whatever it writes later, is taken note of in the background. Clients need their new
\`MLFLOW_TRACKING_URI\`, nothing else.

## Moving back

Stop this registry and start MLflow on the same database and artifacts; it ignores the tables named \`registry_*\`.
What it shows: every experiment, run, model, version, stage, alias and tag, with the files. What it does not know:
semantic versions, history, seals (it may overwrite files), and the mark \`deprecated\` (it shows Archived). To remove
every trace, drop the tables named \`registry_*\` and the indexes of that name.`;
