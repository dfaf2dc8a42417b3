/** What went wrong, in words for the person who must act. */
export interface ProblemText {
  where: string;
  message: string;
}

/** A refused or failed request. `code` is the server's; "offline" means that no answer came at all. */
export class RequestFailed extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly status: number,
    readonly problems: readonly ProblemText[] = [],
  ) {
    super(message);
    this.name = "RequestFailed";
  }

  /** Whether the same request may succeed later without anybody changing it. */
  get isPassing(): boolean {
    return this.code === "offline" || this.status === 429 || this.status >= 500;
  }
}

/** The problem found with one field of a form, if any. The server writes places as dotted paths. */
export function problemAt(error: unknown, where: string): string | null {
  if (!(error instanceof RequestFailed)) return null;
  const found = error.problems.find((one) => one.where === where || one.where.endsWith(`.${where}`));
  return found?.message ?? null;
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
