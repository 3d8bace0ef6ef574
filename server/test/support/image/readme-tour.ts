/** Shell lines of the README between two headings, as a reader types them. */
export function readmeCommands(readme: string, from: string, to: string): string {
  const start = readme.indexOf(from);
  const end = readme.indexOf(to, start);
  if (start === -1 || end === -1) throw new Error(`the README has no part from ${from} to ${to}`);
  const blocks = [...readme.slice(start, end).matchAll(/^```bash\n(.*?)^```$/gms)];
  return blocks.map(([, lines = '']) => lines).join('\n');
}

/** In place of step 2 where there is no MLflow: two versions, by HTTP alone. */
export const WITHOUT_MLFLOW = [0.91, 0.95]
  .map(
    (
      accuracy,
      at,
    ) => `curl -X POST "http://localhost:5136/api/v1/models/register" -H "Content-Type: application/json" \
-d '{"model_name":"layer-count","model_type":"sklearn","metrics":{"accuracy":${accuracy}},"hyperparameters":{"C":${at + 1}}}'`,
  )
  .join('\n');
