/** A text with columns in it: `PO-{PurchaseOrderID}`. A brace of its own is written twice. */
export interface Template {
  readonly parts: readonly (string | { readonly column: string })[];
  readonly columns: readonly string[];
  /** The column, when the template is nothing else. */
  readonly only: string | undefined;
}

const PART = /\{\{|\}\}|\{([^{}]*)\}|[{}]|[^{}]+/g;

/** Reads a template, or says what is wrong with it. */
export function templateOf(text: string): Template | { readonly problem: string } {
  const parts: (string | { readonly column: string })[] = [];
  for (const [piece, column] of text.matchAll(PART)) {
    if (column !== undefined) {
      if (column.trim() === '') return { problem: 'holds {} without the name of a column' };
      parts.push({ column: column.trim() });
    } else if (piece === '{' || piece === '}') {
      return {
        problem: `holds a single "${piece}"; columns stand in {braces}, a brace of its own is written twice`,
      };
    } else parts.push(piece === '{{' ? '{' : piece === '}}' ? '}' : piece);
  }
  const columns = parts.flatMap((part) => (typeof part === 'string' ? [] : [part.column]));
  return { parts, columns, only: parts.length === 1 ? columns[0] : undefined };
}
