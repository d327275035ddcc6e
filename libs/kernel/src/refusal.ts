/** The domain says no. A value, not an exception; `code` is the reason in kebab case, `detail` a sentence. */
export type Refusal<Code extends string = string> = {
  readonly refused: true;
  readonly code: Code;
  readonly detail: string;
  /** The path of the field that caused it, where one did. */
  readonly field?: string;
};

export function refuse<Code extends string>(code: Code, detail: string, field?: string): Refusal<Code> {
  return field === undefined ? { refused: true, code, detail } : { refused: true, code, detail, field };
}

export function isRefusal(x: unknown): x is Refusal {
  return typeof x === 'object' && x !== null && 'refused' in x && x.refused === true;
}
