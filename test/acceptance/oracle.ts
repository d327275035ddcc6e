import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Figure } from '#scorecard';

type Leaf = string | number | boolean | null;
/** What an oracle says, or what was found in its place. */
export type Tree = Leaf | undefined | { readonly [name: string]: Tree } | readonly Tree[];

/**
 * An oracle: values that were computed independently of this program. Every value has to be compared with something that was asked,
 * or named with the reason why nobody asks it; `unclaimed` says which were forgotten.
 */
export class Oracle {
  readonly data: Record<string, Tree>;
  readonly #claimed = new Set<string>();

  constructor(name: string) {
    this.data = JSON.parse(readFileSync(join(import.meta.dirname, '..', 'oracles', name), 'utf8')) as Record<
      string,
      Tree
    >;
  }

  at(path: string): Tree {
    let at: Tree = this.data;
    for (const name of path.split('/')) at = (at as Record<string, Tree> | undefined)?.[name];
    if (at === undefined) throw new Error(`the oracle says nothing at ${path}`);
    return at;
  }

  /** The names below a path: periods, vendors, segments. */
  names(path: string): string[] {
    return Object.keys(this.at(path) as object);
  }

  /** Compares what was found with the oracle, name by name, and claims the values that were compared. */
  says(path: string, found: Tree): void {
    const expected = this.at(path);
    const wanted = pruned(expected, found);
    expect({ [path]: plain(found) }).toEqual({ [path]: plain(wanted) });
    for (const leaf of leaves(found)) this.#claimed.add([path, ...leaf].join('/'));
  }

  /** Values that no figure can answer: what they are instead. */
  tells(reason: string, ...paths: readonly string[]): void {
    expect(reason).not.toBe('');
    for (const path of paths)
      for (const leaf of leaves(this.at(path))) this.#claimed.add([path, ...leaf].join('/'));
  }

  get unclaimed(): readonly string[] {
    return leaves(this.data)
      .map((leaf) => leaf.join('/'))
      .filter((path) => !this.#claimed.has(path));
  }
}

/** The part of the oracle that was looked for; a name that it does not have stays out and the comparison fails. */
function pruned(expected: Tree, found: Tree): Tree {
  if (!isNode(found) || !isNode(expected)) return expected;
  return Object.fromEntries(
    Object.keys(found).map((name) => [
      name,
      pruned(
        (expected as Record<string, Tree>)[name] ?? ((expected as Record<string, Tree>)[name] as null),
        (found as Record<string, Tree>)[name],
      ),
    ]),
  );
}

function isNode(tree: Tree): tree is { readonly [name: string]: Tree } | readonly Tree[] {
  return typeof tree === 'object' && tree !== null;
}

function leaves(tree: Tree): string[][] {
  if (!isNode(tree)) return [[]];
  return Object.entries(tree).flatMap(([name, below]) => leaves(below).map((leaf) => [name, ...leaf]));
}

/** Decimals without trailing zeros: an oracle writes 7.0 or 26381.4 where a figure has 7.000000 or 26381.40. */
function plain(tree: Tree): unknown {
  if (isNode(tree)) return Object.fromEntries(Object.entries(tree).map(([name, own]) => [name, plain(own)]));
  if (typeof tree === 'number') return String(tree);
  if (typeof tree !== 'string' || !/^-?\d+\.\d+$/.test(tree)) return tree;
  return tree.replace(/\.?0+$/, '');
}

/** Whether there is a value, in the words of the oracles; that a period is not covered is another of their columns. */
export function measured({ status, value }: Figure): string {
  return value === null ? status : 'ok';
}

/** A ratio as the oracles write it. */
export function rate(figure: Figure): { num: Tree; den: Tree; value: Tree; status: Tree } {
  const { numerator, denominator } = figure.parts;
  return {
    num: numerator as string,
    den: denominator as string,
    value: figure.value,
    status: measured(figure),
  };
}

export function complete({ flags }: Figure): boolean {
  return !flags.includes('incomplete');
}
