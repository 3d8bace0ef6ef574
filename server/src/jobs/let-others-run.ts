/** SQLite answers at once, without leaving the program: without this nothing else would run in between. */
export function letOthersRun(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
