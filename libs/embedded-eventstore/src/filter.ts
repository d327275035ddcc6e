import { invalid, type WireError } from './errors.ts';
import type { StoredEvent } from './record.ts';
import type { streams } from './wire.ts';

type FilterOptions = InstanceType<typeof streams.ReadReq.Options.FilterOptions>;

/** Which events of `$all` a reader wants, and after how many considered ones it is told how far it is. */
export interface Filter {
  readonly wants: (event: StoredEvent) => boolean;
  readonly window: number;
  readonly multiplier: number;
}

/** The window when the client gives none, as the real server has it. */
const WINDOW = 32;

export function filterOf(options: FilterOptions): Filter | WireError {
  const byStream = options.getStreamIdentifier();
  const expression = byStream ?? options.getEventType();
  if (!expression) return invalid('filter', 'must name a stream identifier or an event type');
  const subject = (event: StoredEvent) => (byStream ? event.stream : event.type);
  const prefixes = expression.getPrefixList();
  let matches: (text: string) => boolean;
  if (prefixes.length > 0) matches = (text) => prefixes.some((prefix) => text.startsWith(prefix));
  else {
    try {
      const regex = new RegExp(expression.getRegex());
      matches = (text) => regex.test(text);
    } catch (error) {
      return invalid('filter.regex', String(error));
    }
  }
  return {
    wants: (event) => matches(subject(event)),
    window: options.hasCount() || options.getMax() === 0 ? WINDOW : options.getMax(),
    multiplier: options.getCheckpointintervalmultiplier(),
  };
}
