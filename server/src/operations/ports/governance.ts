/** What the settings say about policies. */
export interface GovernanceSettings {
  /** Which built-in policy governs what no other one does: `guarded`, else `open`. */
  readonly requireApproval: boolean;
  /** For links in messages, without a slash at its end. */
  readonly baseUrl: string;
}
