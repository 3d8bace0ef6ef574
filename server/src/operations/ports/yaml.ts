/** YAML 1.2 as MLflow writes it. */
export interface Yaml {
  /** The document as plain values; null when the text is none, or holds more than a small document does. */
  parse(text: string): Promise<unknown>;
}
