import { ACCOUNT_CLASSES, type AccountClass, type AccountRole } from '#contracts';
import type { Fact } from '../../projection/change.ts';
import { dayOfText } from '../../projection/organisation.ts';

/** Classes whose balances stand in the statement of financial position. */
export const BALANCE_CLASSES: ReadonlySet<AccountClass> = new Set<AccountClass>(ACCOUNT_CLASSES.slice(5));

/** Assets, whatever they are financed by. */
export const ASSET_CLASSES: ReadonlySet<AccountClass> = new Set<AccountClass>([
  'asset',
  'construction-in-progress',
  'cash',
]);

/** The effective-dated chart of accounts. */
export class ChartOfAccounts {
  readonly #definitions = new Map<
    string,
    { from: number; accountClass: AccountClass; role: AccountRole | undefined }[]
  >();
  readonly roles: ReadonlySet<AccountRole>;

  constructor(facts: readonly Fact[]) {
    for (const { data } of facts) {
      const code = data['accountCode'] as string;
      const list = this.#definitions.get(code) ?? [];
      list.push({
        from: dayOfText(data['effectiveFrom'] as string),
        accountClass: data['accountClass'] as AccountClass,
        role: data['role'] as AccountRole | undefined,
      });
      this.#definitions.set(code, list);
    }
    for (const list of this.#definitions.values()) list.sort((a, b) => a.from - b.from);
    this.roles = new Set(
      [...this.#definitions.values()].flat().flatMap(({ role }) => (role === undefined ? [] : [role])),
    );
  }

  /** What an account holds on a day, where its definition says so. */
  roleOf(code: string, day: number): AccountRole | undefined {
    return this.#definitions.get(code)?.findLast(({ from }) => from <= day)?.role;
  }

  /** The class of an account on a day; undefined for an account that is unknown then. */
  classOf(code: string, day: number): AccountClass | undefined {
    const defined = this.#definitions.get(code)?.findLast(({ from }) => from <= day);
    if (defined) return defined.accountClass;
    const [head] = code.split(':');
    return ACCOUNT_CLASSES.find((name) => name === head);
  }
}
