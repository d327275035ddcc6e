import type { LogRecord } from '../log/record.ts';

/** Which events of `$all` a reader wants, and after how many considered ones it is told how far it is. */
export interface EventFilter {
  readonly wants: (record: LogRecord) => boolean;
  /** Events between two checkpoints, wanted or not. */
  readonly checkpointEvery: number;
}

/** The expression part of the filters of both services. */
interface Expression {
  getRegex(): string;
  getPrefixList(): string[];
}

interface FilterFields {
  getStreamIdentifier(): Expression | undefined;
  getEventType(): Expression | undefined;
  hasMax(): boolean;
  getMax(): number;
  getCheckpointintervalmultiplier(): number;
}

/** The window when a request gives no size of its own. */
const WINDOW = 32;

/** Errors: a sentence, when the filter cannot be understood. */
export function eventFilter(
  fields: FilterFields,
): EventFilter | { readonly field: string; readonly right: string } {
  const byStream = fields.getStreamIdentifier();
  const expression = byStream ?? fields.getEventType();
  if (!expression) return { field: 'filter', right: 'must have stream_identifier or event_type' };
  const matches = matcher(expression);
  if (typeof matches !== 'function') return matches;
  const window = fields.hasMax() && fields.getMax() > 0 ? fields.getMax() : WINDOW;
  return {
    wants: byStream ? (record) => matches(record.stream) : (record) => matches(record.type),
    checkpointEvery: window * Math.max(1, fields.getCheckpointintervalmultiplier()),
  };
}

function matcher(
  expression: Expression,
): ((text: string) => boolean) | { readonly field: string; readonly right: string } {
  const prefixes = expression.getPrefixList();
  if (prefixes.length > 0) return (text) => prefixes.some((prefix) => text.startsWith(prefix));
  try {
    const regex = new RegExp(expression.getRegex());
    return (text) => regex.test(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return { field: 'filter.regex', right: `must be a regular expression (${error.message})` };
  }
}
