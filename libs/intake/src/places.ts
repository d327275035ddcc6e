import { mentions } from './inspect.ts';
import type { EventMapping, Value } from './mapping.ts';
import { inside, listIn, type Scope } from './scope.ts';
import { templateOf } from './template.ts';

/** The first column that a field of a fact is made of, and the scope that it is seen from. */
export function columnAt(
  event: EventMapping,
  scope: Scope,
  path: string,
): { readonly column: string; readonly scope: Scope } | undefined {
  const [field, ...rest] = path.split(/[.[]/);
  if (field === undefined) return undefined;
  let value: Value | undefined = event.data[field];
  let seen = scope;
  for (const step of rest) {
    if (value === undefined || typeof value !== 'object' || value === null) break;
    const index = /^\d+\]$/.test(step) ? Number(step.slice(0, -1)) : undefined;
    if (index !== undefined && 'each' in value) {
      const row = listIn(scope, value.each)[index];
      if (row !== undefined) seen = inside(scope, row, index);
      value = { fields: value.item };
    } else if (index !== undefined && Array.isArray(value)) value = value[index];
    else if ('fields' in value) value = value.fields[step];
    else break;
  }
  const column = value === undefined ? undefined : firstColumn(value);
  return column === undefined ? undefined : { column, scope: seen };
}

function firstColumn(value: Value): string | undefined {
  const event = { type: '', id: '-', data: { value } };
  for (const { kind, text } of mentions({
    name: '',
    source: { system: '' },
    files: {},
    main: '',
    events: [event],
  })) {
    if (kind !== 'template' && kind !== 'number') continue;
    const template = templateOf(text);
    if ('columns' in template && template.columns[0] !== undefined) return template.columns[0];
  }
  return undefined;
}
