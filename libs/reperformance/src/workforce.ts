import { parseMicros } from '#kernel';
import { unitOf } from './documents.ts';
import { type Fact, latest, text } from './log.ts';
import type { Scope } from './world.ts';

/** Who works where, and whose trainings and assets are. Source: docs/figures.md §8. */

export const unitOr = (fact: Fact) => unitOf(fact) ?? 'root';

export function employment(scope: Scope, employee: string, date: string): Fact | undefined {
  return latest(
    scope.company
      .of('EmploymentChanged')
      .filter((fact) => text(fact, 'employeeId') === employee && text(fact, 'effectiveFrom') <= date),
    (fact) => text(fact, 'effectiveFrom'),
  );
}

export function employees(scope: Scope): string[] {
  return [...new Set(scope.company.of('EmploymentChanged').map((fact) => text(fact, 'employeeId')))].sort();
}

export function worksHere(scope: Scope, employee: string, date: string): Fact | undefined {
  const own = employment(scope, employee, date);
  return own && parseMicros(text(own, 'fte')) > 0n && scope.company.inside(scope.unit, unitOr(own), date)
    ? own
    : undefined;
}

export const heads = (scope: Scope, date: string) =>
  employees(scope).filter((employee) => worksHere(scope, employee, date));

/** The unit the training names, else the employee's on that day. */
export function trainingUnit(scope: Scope, fact: Fact): string {
  const worker = employment(scope, text(fact, 'employeeId'), text(fact, 'completedOn'));
  return unitOf(fact) ?? (worker ? unitOr(worker) : 'root');
}

/** The unit the change names, else the latest change up to it that names one. */
export function assetUnit(scope: Scope, fact: Fact): string {
  const named = scope.company
    .of('AssetChanged')
    .filter(
      (other) =>
        text(other, 'assetId') === text(fact, 'assetId') &&
        unitOf(other) !== undefined &&
        text(other, 'effectiveOn') <= text(fact, 'effectiveOn'),
    );
  return unitOf(fact) ?? unitOf(latest(named, (other) => text(other, 'effectiveOn'))) ?? 'root';
}
