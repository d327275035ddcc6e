import { isRefusal } from '#kernel';
import {
  type FileFormat,
  fileOf,
  type ImportFile,
  type Mapping,
  planImport,
  type RowResult,
  readMapping,
  type Value,
} from '../src/index.ts';

/** A mapping of bank statements with the columns id, day, amount and text. */
export function cashMapping(
  format: FileFormat = { format: 'csv' },
  change: { readonly data?: Readonly<Record<string, Value>>; readonly mapping?: Partial<Mapping> } = {},
): Mapping {
  const mapping = readMapping({
    name: 'cash',
    source: { system: 'bank' },
    files: { rows: format },
    main: 'rows',
    events: [
      {
        type: 'CashMoved',
        id: '{id}',
        data: {
          movementId: '{id}',
          valueDate: { date: '{day}' },
          amount: { decimal: '{amount}' },
          currency: 'EUR',
          activity: 'operating',
          category: '{text}',
          ...change.data,
        },
      },
    ],
    ...change.mapping,
  });
  if (isRefusal(mapping)) throw new Error(JSON.stringify(mapping));
  return mapping;
}

export function rowsFile(content: string | Uint8Array): { readonly rows: ImportFile } {
  return { rows: fileOf('rows.csv', content) };
}

export async function planned(
  content: string | Uint8Array,
  mapping = cashMapping(),
): Promise<readonly RowResult[]> {
  const results: RowResult[] = [];
  for await (const result of planImport(rowsFile(content), mapping)) results.push(result);
  return results;
}
