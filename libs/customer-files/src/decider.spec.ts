import { excludedBy, verdictOn } from '#commands';
import { customerRules } from './decider.ts';

type CustomerFact = Parameters<typeof customerRules.evolve>[1];

const fact = (type: CustomerFact['type'], data: object = {}): CustomerFact =>
  ({ type, data: { customerId: 'C1', ...data } }) as unknown as CustomerFact;
const registered = fact('CustomerRegistered');
const contacted = fact('ProspectContacted');
const qualified = fact('CustomerQualified');
const activated = fact('CustomerActivated');
const lapsed = fact('CustomerLapsed');
const wonBack = fact('CustomerWonBack');
const erased = fact('CustomerErased');
const renamed = fact('CustomerProfileChanged');
const assigned = fact('CustomerSegmentAssigned');
const filed = fact('CustomerDocumentFiled', { documentId: 'D1' });
const merged = (absorbedId: string, survivorId: string): CustomerFact =>
  fact('CustomersMerged', { absorbedId, survivorId });
const parted = fact('CustomersUnmerged', { restoredId: 'C1', survivorId: 'C2' });

describe('a customer file', () => {
  it.each<[string, CustomerFact[], CustomerFact, boolean, string]>([
    ['is opened by registration', [], registered, false, 'recorded'],
    ['is opened by a contact', [], contacted, false, 'recorded'],
    ['is registered after a contact', [contacted], registered, false, 'recorded'],
    ['is registered once', [registered], registered, true, 'already-registered'],
    ['is needed', [], qualified, true, 'unknown-customer'],
    ['is needed for a document', [], filed, true, 'unknown-customer'],

    ['qualifies a prospect', [registered], qualified, false, 'recorded'],
    ['qualifies once', [registered, qualified], qualified, false, 'already-qualified'],
    ['does not qualify the active', [registered, activated], qualified, false, 'already-qualified'],
    ['qualifies late by an import', [registered, activated], qualified, true, 'recorded'],
    ['activates a prospect', [registered], activated, false, 'recorded'],
    ['activates once', [registered, activated], activated, false, 'already-active'],
    ['activates the lost again', [registered, activated, lapsed], activated, false, 'recorded'],
    ['lapses the active', [registered, activated], lapsed, false, 'recorded'],
    ['does not lapse a prospect', [registered], lapsed, false, 'not-active'],
    ['lapses late by an import', [registered], lapsed, true, 'recorded'],
    ['wins back the lost', [registered, activated, lapsed], wonBack, false, 'recorded'],
    ['does not win back the active', [registered, activated], wonBack, false, 'not-lost'],
    [
      'stays active when qualified late',
      [registered, activated, qualified],
      activated,
      false,
      'already-active',
    ],

    ['is assigned to a segment', [registered], assigned, false, 'recorded'],
    ['holds documents', [registered], filed, false, 'recorded'],
    ['holds a document once', [registered, filed], filed, true, 'document-exists'],
    ['changes its profile', [registered], renamed, false, 'recorded'],

    ['is absorbed', [registered], merged('C1', 'C2'), false, 'recorded'],
    ['is absorbed when it exists', [], merged('C1', 'C2'), false, 'unknown-customer'],
    ['is absorbed once', [registered, merged('C1', 'C2')], merged('C1', 'C3'), true, 'already-merged'],
    ['is parted again', [registered, merged('C1', 'C2')], parted, false, 'recorded'],
    ['is parted when merged', [registered], parted, false, 'not-merged'],
    ['is parted from its survivor', [registered, merged('C1', 'C3')], parted, false, 'not-merged'],
    [
      'is absorbed again after it was parted',
      [registered, merged('C1', 'C2'), parted],
      merged('C1', 'C3'),
      false,
      'recorded',
    ],

    ['is erased', [registered], erased, false, 'recorded'],
    ['is erased once', [registered, erased], erased, false, 'already-erased'],
    ['takes no profile when erased', [registered, erased], renamed, true, 'customer-erased'],
    ['is not registered again when erased', [registered, erased], registered, false, 'customer-erased'],
    ['still lives on in figures when erased', [registered, activated, erased], lapsed, false, 'recorded'],
  ])('%s', (_sentence, given, when, late, verdict) => {
    expect(verdictOn(customerRules, { given, when, late })).toBe(verdict);
  });
});

describe('a correction of a customer file', () => {
  const mergedTwice = [registered, merged('C1', 'C2'), parted, merged('C1', 'C3')];
  it.each<[string, CustomerFact[], number | undefined, number, CustomerFact | null, string]>([
    ['does not register twice', [registered, registered], 0, 0, registered, 'already-registered'],
    [
      'does not absorb twice',
      [registered, merged('C1', 'C2'), merged('C1', 'C3')],
      1,
      1,
      merged('C1', 'C2'),
      'already-merged',
    ],
    ['does not void the parting before another merge', mergedTwice, undefined, 2, null, 'already-merged'],
    ['may void the other merge', mergedTwice, undefined, 3, null, 'nothing'],
    ['does not file a document twice', [registered, filed, filed], 1, 1, filed, 'document-exists'],
    [
      'may tell of a step in the life cycle again',
      [registered, activated, activated],
      1,
      1,
      activated,
      'nothing',
    ],
  ])('%s', (_sentence, given, voided, corrected, to, code) => {
    expect(
      excludedBy(customerRules, { given, corrected, to, ...(voided === undefined ? {} : { voided }) }),
    ).toBe(code);
  });
});
