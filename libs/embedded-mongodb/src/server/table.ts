/** A row of a table by a name that a client sent; names that every object has are no rows. */
export function row<T>(table: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}
