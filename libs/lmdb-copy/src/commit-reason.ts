/** Why a commit failed: lmdb-js tells that it did, and gives the reason as a promise beside it. */
export async function reasonOfFailedCommit(error: unknown): Promise<Error> {
  const reason = (error as { readonly commitError?: Promise<unknown> } | undefined)?.commitError;
  if (reason) {
    try {
      await reason;
    } catch (cause) {
      return cause instanceof Error ? cause : new Error(String(cause));
    }
  }
  return error instanceof Error ? error : new Error(String(error));
}
