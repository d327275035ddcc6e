/** Orders text by UTF-16 code units, as RFC 8785 does; never by the locale, which differs between machines. */
export function compareText(a: string, b: string): -1 | 0 | 1 {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
