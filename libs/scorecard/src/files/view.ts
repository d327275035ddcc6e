import type { Content, Fact } from '../projection/change.ts';
import { CustomerFiles } from '../projection/customers.ts';
import { dayOfText } from '../projection/organisation.ts';

/** Where a customer stands 生命周期. Source: product.md, customer file. */
export type Lifecycle = 'prospect' | 'qualified' | 'active' | 'lost' | 'won-back';

/** A customer file as of a date and as known at a position. Personal fields are as recorded, sealed ones stay sealed. */
export interface CustomerFileView {
  readonly customerId: string;
  readonly lifecycle: Lifecycle;
  readonly profile: Readonly<Record<string, unknown>>;
  readonly segment: string | null;
  /** The file that stands for the customer when this one was merged into another. */
  readonly mergedInto: string | null;
  /** Other files of the same customer. */
  readonly alsoKnownAs: readonly string[];
  readonly documents: readonly Content[];
  /** Filled fields of the profile among those a complete file has, as a fraction in two counts. */
  readonly completeness: { readonly filled: number; readonly of: number };
}

const PROFILE_FIELDS = [
  'name',
  'kind',
  'taxNumber',
  'industry',
  'region',
  'country',
  'ownerId',
  'homeUnitId',
  'contacts',
  'address',
] as const;

const LIFECYCLE: Readonly<Record<string, Lifecycle>> = {
  CustomerRegistered: 'prospect',
  CustomerQualified: 'qualified',
  CustomerActivated: 'active',
  CustomerLapsed: 'lost',
  CustomerWonBack: 'won-back',
};

/** A line of a customer's timeline. */
export interface TimelineItem {
  readonly type: string;
  /** Business date, or the instant where the fact has one; null for facts without. */
  readonly on: string | null;
  readonly position: string;
  readonly factId: string;
  readonly data: Content;
}

/**
 * The file from the facts that name it (`facts`, in order of record) and from those that decide identity (`factsOf`).
 * `asOf`: day number; later business dates are left out. Undefined when the file was not registered by then.
 */
export function customerFile(
  customerId: string,
  facts: readonly Fact[],
  factsOf: (file: string) => readonly Fact[],
  asOf: number,
): CustomerFileView | undefined {
  const dated = facts.filter((fact) => (dayOfFact(fact) ?? Number.NEGATIVE_INFINITY) <= asOf);
  if (!dated.some(({ type }) => type === 'CustomerRegistered')) return undefined;
  const byDate = dated
    .map((fact) => ({ fact, day: dayOfFact(fact) ?? Number.NEGATIVE_INFINITY }))
    .sort((a, b) => a.day - b.day);
  let lifecycle: Lifecycle = 'prospect';
  const profile: Record<string, unknown> = {};
  const documents: Content[] = [];
  for (const { fact } of byDate) {
    lifecycle = LIFECYCLE[fact.type] ?? lifecycle;
    if (fact.type === 'CustomerRegistered' || fact.type === 'CustomerProfileChanged')
      Object.assign(profile, profileOf(fact.data));
    if (fact.type === 'CustomerDocumentFiled') documents.push(fact.data);
  }
  const files = new CustomerFiles(factsOf);
  const members = files.members(customerId);
  const filled = PROFILE_FIELDS.filter((field) => profile[field] !== undefined).length;
  return {
    customerId,
    lifecycle,
    profile,
    segment: files.segments(members)(asOf) ?? null,
    mergedInto: files.mergedInto(customerId) ?? null,
    alsoKnownAs: members.filter((file) => file !== customerId),
    documents,
    completeness: { filled, of: PROFILE_FIELDS.length },
  };
}

function profileOf(data: Content): Record<string, unknown> {
  const { customerId: _, effectiveOn: __, registeredOn: ___, unitId: ____, ...fields } = data;
  return fields;
}

export function timelineItem(fact: Fact): TimelineItem {
  return {
    type: fact.type,
    on: dateOfFact(fact) ?? null,
    position: String(fact.position),
    factId: fact.factId,
    data: fact.data,
  };
}

const DATE_FIELDS = [
  'registeredOn',
  'orderedOn',
  'issuedOn',
  'effectiveOn',
  'effectiveFrom',
  'answeredOn',
  'contactedOn',
  'shippedOn',
  'deliveredOn',
  'returnedOn',
  'cancelledOn',
  'valueDate',
  'filedOn',
  'openedOn',
  'at',
];

/** The business date of a fact in a customer's file. */
function dateOfFact({ data }: Fact): string | undefined {
  for (const field of DATE_FIELDS) if (typeof data[field] === 'string') return data[field] as string;
  return undefined;
}

function dayOfFact(fact: Fact): number | undefined {
  const date = dateOfFact(fact);
  return date === undefined ? undefined : dayOfText(date);
}
