import type { Condition, EventMapping, Mapping, NumberValue, Value } from './mapping.ts';

/** A place in a mapping where something is named that has to exist. */
export interface Mention {
  /** JSON path in the mapping, such as `events[0].data.orderedOn.date`. */
  readonly path: string;
  readonly kind: 'template' | 'number' | 'list' | 'date-format' | 'zone';
  readonly text: string;
  /** Aliases whose rows can be seen there, the nearest first. */
  readonly sees: readonly string[];
}

/** Everything that the events, conditions and joins of a mapping name. */
export function* mentions(mapping: Mapping): Generator<Mention> {
  const sees = [mapping.main];
  if (mapping.where !== undefined) yield* inCondition(mapping.where, 'where', sees);
  for (const [i, event] of mapping.events.entries()) yield* inEvent(event, `events[${i}]`, sees);
}

function* inEvent(event: EventMapping, path: string, around: readonly string[]): Generator<Mention> {
  let sees = around;
  if (event.each !== undefined) {
    yield { path: `${path}.each`, kind: 'list', text: event.each, sees };
    sees = [event.each, ...sees];
  }
  yield { path: `${path}.id`, kind: 'template', text: event.id, sees };
  if (event.once !== undefined) yield { path: `${path}.once`, kind: 'template', text: event.once, sees };
  if (event.when !== undefined) yield* inCondition(event.when, `${path}.when`, sees);
  yield* inFields(event.data, `${path}.data`, sees);
}

function* inFields(
  fields: Readonly<Record<string, Value>>,
  path: string,
  sees: readonly string[],
): Generator<Mention> {
  for (const [field, value] of Object.entries(fields)) yield* inValue(value, `${path}.${field}`, sees);
}

function* inValue(value: Value, path: string, sees: readonly string[]): Generator<Mention> {
  const template = (text: string, word: string): Mention => ({
    path: word === '' ? path : `${path}.${word}`,
    kind: 'template',
    text,
    sees,
  });
  if (typeof value === 'string') yield template(value, '');
  if (typeof value !== 'object' || value === null) return;
  if (isList(value)) {
    for (const [i, item] of value.entries()) yield* inValue(item, `${path}[${i}]`, sees);
  } else if ('decimal' in value) yield* inNumber(value.decimal, `${path}.decimal`, sees);
  else if ('integer' in value) yield* inNumber(value.integer, `${path}.integer`, sees);
  else if ('date' in value || 'instant' in value) {
    yield 'date' in value ? template(value.date, 'date') : template(value.instant, 'instant');
    if (value.format !== undefined)
      yield { path: `${path}.format`, kind: 'date-format', text: value.format, sees };
    if ('zone' in value && value.zone !== undefined)
      yield { path: `${path}.zone`, kind: 'zone', text: value.zone, sees };
  } else if ('map' in value) {
    yield template(value.of, 'of');
    for (const [text, to] of Object.entries(value.map)) yield* inValue(to, `${path}.map.${text}`, sees);
    if (value.else !== undefined) yield* inValue(value.else, `${path}.else`, sees);
  } else if ('choose' in value) {
    for (const [i, { when, value: chosen }] of value.choose.entries()) {
      yield* inCondition(when, `${path}.choose[${i}].when`, sees);
      yield* inValue(chosen, `${path}.choose[${i}].value`, sees);
    }
    if (value.else !== undefined) yield* inValue(value.else, `${path}.else`, sees);
  } else if ('test' in value) yield* inCondition(value.test, `${path}.test`, sees);
  else if ('join' in value) {
    for (const [i, text] of value.join.entries()) yield template(text, `join[${i}]`);
  } else if ('each' in value) {
    yield { path: `${path}.each`, kind: 'list', text: value.each, sees };
    yield* inFields(value.item, `${path}.item`, [value.each, ...sees]);
  } else if ('fields' in value) yield* inFields(value.fields, `${path}.fields`, sees);
}

function* inNumber(value: NumberValue, path: string, sees: readonly string[]): Generator<Mention> {
  if (typeof value === 'string') {
    yield { path, kind: 'number', text: value, sees };
  } else if ('total' in value) {
    yield { path: `${path}.total`, kind: 'list', text: value.total, sees };
    yield* inNumber(value.of, `${path}.of`, [value.total, ...sees]);
  } else {
    const [word, parts] =
      'product' in value
        ? (['product', value.product] as const)
        : 'sum' in value
          ? (['sum', value.sum] as const)
          : (['minus', value.minus] as const);
    for (const [i, part] of parts.entries()) yield* inNumber(part, `${path}.${word}[${i}]`, sees);
  }
}

function* inCondition(given: Condition, path: string, sees: readonly string[]): Generator<Mention> {
  const template = (text: string, word: string): Mention => ({
    path: `${path}.${word}`,
    kind: 'template',
    text,
    sees,
  });
  if ('present' in given) yield template(given.present, 'present');
  else if ('absent' in given) yield template(given.absent, 'absent');
  else if ('in' in given) yield template(given.of, 'of');
  else if ('compare' in given) {
    yield* inNumber(given.compare[0], `${path}.compare[0]`, sees);
    yield* inNumber(given.compare[2], `${path}.compare[2]`, sees);
  } else if ('not' in given) yield* inCondition(given.not, `${path}.not`, sees);
  else {
    const [word, parts] = 'all' in given ? (['all', given.all] as const) : (['any', given.any] as const);
    for (const [i, part] of parts.entries()) yield* inCondition(part, `${path}.${word}[${i}]`, sees);
  }
}

function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}
