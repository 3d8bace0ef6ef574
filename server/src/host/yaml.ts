import type { Yaml } from '../operations/ports/yaml.ts';

/** By the `yaml` package, which is loaded when the first text is read. Aliases are not followed: MLflow writes none. */
export const hostYaml: Yaml = {
  async parse(text) {
    const { parse } = await import('yaml');
    try {
      return parse(text, { logLevel: 'silent', maxAliasCount: 0 }) as unknown;
    } catch {
      return null;
    }
  },
};
