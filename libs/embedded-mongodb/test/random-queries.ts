import { type Chance, type Doc, FIELDS, randomNumber, randomValue } from './random-values.ts';

/** Random filters and updates over the fields of random documents. */
export const PATHS = [...FIELDS, ...FIELDS, 'a.b', 'b.c', 'a.0', 'b.1', 'a.0.b', 'c.a.b'];

function value(chance: Chance): unknown {
  return randomValue(chance, 1);
}

function list(chance: Chance): unknown[] {
  return Array.from({ length: chance.below(4) }, () => value(chance));
}

function condition(chance: Chance, depth: number): Doc {
  const name = chance.pick([
    '$eq',
    '$ne',
    '$gt',
    '$gte',
    '$lt',
    '$lte',
    '$gt',
    '$lt',
    '$in',
    '$nin',
    '$exists',
    '$size',
    '$all',
    '$type',
    '$not',
    '$elemMatch',
  ]);
  switch (name) {
    case '$in':
    case '$nin':
    case '$all':
      return { [name]: list(chance) };
    case '$exists':
      return { $exists: chance.below(2) === 0 };
    case '$size':
      return { $size: chance.below(4) };
    case '$type':
      return {
        $type: chance.pick([
          'int',
          'long',
          'double',
          'decimal',
          'number',
          'string',
          'array',
          'object',
          'null',
          'bool',
          'binData',
        ]),
      };
    case '$not':
      return depth > 0 ? { $not: condition(chance, depth - 1) } : { $ne: value(chance) };
    case '$elemMatch':
      if (depth === 0) return { $eq: value(chance) };
      return {
        $elemMatch:
          chance.below(2) === 0
            ? conditions(chance, depth - 1)
            : { [chance.pick(FIELDS)]: conditions(chance, depth - 1) },
      };
    default:
      return { [name]: value(chance) };
  }
}

function conditions(chance: Chance, depth: number): Doc {
  return chance.below(3) === 0
    ? { ...condition(chance, depth), ...condition(chance, depth) }
    : condition(chance, depth);
}

export function randomFilter(chance: Chance, depth = 2): Doc {
  const filter: Doc = {};
  for (let count = 1 + chance.below(2); count > 0; count--) {
    if (depth > 0 && chance.below(6) === 0)
      filter[chance.pick(['$and', '$or', '$nor'])] = Array.from({ length: 1 + chance.below(3) }, () =>
        randomFilter(chance, depth - 1),
      );
    else filter[chance.pick(PATHS)] = chance.below(3) === 0 ? value(chance) : conditions(chance, depth);
  }
  return filter;
}

export function randomUpdate(chance: Chance): Doc {
  const update: Record<string, Doc> = {};
  for (let count = 1 + chance.below(3); count > 0; count--) {
    const name = chance.pick([
      '$set',
      '$set',
      '$unset',
      '$inc',
      '$mul',
      '$min',
      '$max',
      '$push',
      '$push',
      '$addToSet',
      '$pop',
      '$pull',
      '$rename',
    ]);
    const operand =
      name === '$inc' || name === '$mul'
        ? randomNumber(chance)
        : name === '$pop'
          ? chance.pick([1, -1])
          : name === '$rename'
            ? chance.pick(PATHS)
            : name === '$push' && chance.below(2) === 0
              ? { $each: list(chance), ...(chance.below(2) === 0 ? { $slice: chance.below(7) - 3 } : {}) }
              : value(chance);
    update[name] = { ...update[name], [chance.pick(PATHS)]: operand };
  }
  return update;
}
