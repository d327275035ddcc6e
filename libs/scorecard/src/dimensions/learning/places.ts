import type { Fact } from '../../projection/change.ts';
import { dayOfText, ROOT } from '../../projection/organisation.ts';

/** Which unit a fact of learning and growth belongs to. Source: docs/figures.md §1, §8. */

/** The unit that a fact itself names: its own, else its metadata's. */
export function namedUnit({ data, unitId }: Fact): string | undefined {
  return (data['unitId'] as string | undefined) ?? unitId;
}

export function unitOf(fact: Fact): string {
  return namedUnit(fact) ?? ROOT;
}

/** A project lies where the first of its gates to name a unit says. */
export function unitOfProject(gates: readonly Fact[]): string {
  return gates.map(namedUnit).find((unit) => unit !== undefined) ?? ROOT;
}

/** An asset lies on a day where its latest change up to then that names a unit says; `changes` in order of effect. */
export function unitOfAsset(changes: readonly Fact[], day: number): string {
  const naming = changes.findLast((fact) => namedUnit(fact) !== undefined && effectOf(fact) <= day);
  return naming === undefined ? ROOT : unitOf(naming);
}

/** The changes of an asset in order of effect, those of one day in order of record. */
export function inOrderOfEffect(changes: readonly Fact[]): readonly Fact[] {
  return changes.toSorted((a, b) => effectOf(a) - effectOf(b));
}

export function effectOf({ data }: Fact): number {
  return dayOfText(data['effectiveOn'] as string);
}

/** Facts by the document they belong to, each document's in order of record. */
export function byDocument(facts: readonly Fact[], field: string): ReadonlyMap<string, readonly Fact[]> {
  const documents = new Map<string, Fact[]>();
  for (const fact of facts) {
    const id = fact.data[field] as string;
    const known = documents.get(id);
    if (known) known.push(fact);
    else documents.set(id, [fact]);
  }
  return documents;
}
