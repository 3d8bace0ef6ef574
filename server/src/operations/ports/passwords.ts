/** Slow hashes of passwords, as PHC strings; tests own a fast one. */
export interface Passwords {
  hash(password: string): Promise<string>;
  /** False also for a string that is no hash. */
  verify(password: string, phc: string): Promise<boolean>;
  /** A hash that no password has: verified in place of one that is not there, so that both take the same time. */
  readonly decoy: string;
}
