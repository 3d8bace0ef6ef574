/** The database cannot be used as it is; the message is one sentence that says why and what to do. */
export class DatabaseRefused extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'DatabaseRefused';
  }
}
