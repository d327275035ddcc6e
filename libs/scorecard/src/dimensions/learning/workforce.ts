import { parseMicros } from '#kernel';
import type { Scope } from '../../figures/scope.ts';
import type { Fact } from '../../projection/change.ts';
import { dayOfText, type Organisation, ROOT } from '../../projection/organisation.ts';
import { namedUnit, unitOf } from './places.ts';

/** Where an employee works from a day on; fte 0 = left. */
interface Employment {
  readonly from: number;
  readonly unit: string;
  readonly job: string;
  readonly employed: boolean;
}

/** Somebody with a job on a day. */
export interface Head {
  readonly employee: string;
  readonly unit: string;
  readonly job: string;
}

/** The employments of everybody: who works where on which day. `facts` in order of record. */
export class Workforce {
  readonly #employments = new Map<string, Employment[]>();

  constructor(facts: readonly Fact[]) {
    for (const fact of facts) {
      const { data } = fact;
      const employee = data['employeeId'] as string;
      const list = this.#employments.get(employee) ?? [];
      list.push({
        from: dayOfText(data['effectiveFrom'] as string),
        unit: unitOf(fact),
        job: data['jobCode'] as string,
        employed: parseMicros(data['fte'] as string) > 0n,
      });
      this.#employments.set(employee, list);
    }
    for (const list of this.#employments.values()) list.sort((a, b) => a.from - b.from);
  }

  #on(employee: string, day: number): Employment | undefined {
    return this.#employments.get(employee)?.findLast(({ from }) => from <= day);
  }

  /** The unit of a fact about an employee (a training, an assessment): its own, else the employee's on that day. */
  unitOf(fact: Fact, day: number): string {
    return namedUnit(fact) ?? this.#on(fact.data['employeeId'] as string, day)?.unit ?? ROOT;
  }

  /** Employees with a job in the scope at the end of a day, in text order. */
  heads({ unit: scope }: Scope, day: number, organisation: Organisation): Head[] {
    return [...this.#employments.keys()].sort().flatMap((employee) => {
      const employment = this.#on(employee, day);
      return employment?.employed && organisation.contains(scope, employment.unit, day)
        ? [{ employee, unit: employment.unit, job: employment.job }]
        : [];
    });
  }

  /** Employees with a job in the scope on some day of `[start, end)`. */
  during(
    { unit: scope }: Scope,
    { start, end }: { readonly start: number; readonly end: number },
    organisation: Organisation,
  ): ReadonlySet<string> {
    const found = new Set<string>();
    for (const [employee, list] of this.#employments) {
      // Between these days neither the employment nor the tree changes.
      const days = [start, ...list.map(({ from }) => from), ...organisation.turningDays].filter(
        (day) => day >= start && day < end,
      );
      const works = days.some((day) => {
        const employment = this.#on(employee, day);
        return employment?.employed === true && organisation.contains(scope, employment.unit, day);
      });
      if (works) found.add(employee);
    }
    return found;
  }
}
