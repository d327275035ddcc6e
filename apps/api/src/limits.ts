/** What one request may be. The same numbers stand in the OpenAPI document; more is answered with 413, 422 or 429. */
export const LIMITS = {
  /** Bytes of a body: 413. */
  bodyBytes: 1024 * 1024,
  /** Bytes of a body with facts, or with files to be imported: 413. */
  batchBytes: 4 * 1024 * 1024,
  /** Objects and lists within each other: 422. */
  nesting: 32,
  /** UTF-16 units of one text; the text of a file to be imported is as long as its body may be: 422. */
  textLength: 65_536,
  /** Rows of a page of a list: 422. */
  pageRows: 500,
  /** Vintages on a page: 422. */
  vintages: 100,
  /** Milliseconds that a question may wait for a position: 422. */
  waitMs: 30_000,
  /** Questions of one caller that wait at the same time: 429. */
  waitingQuestions: 32,
  /** Characters of an id, and of an Idempotency-Key: 422 and 400. */
  idLength: 200,
} as const;

/** How long a question may take, beyond what it waits for a position, and how long a command. Longer is a 503. */
export const ANSWER_MS = { question: 30_000, command: 60_000, import: 600_000 } as const;
