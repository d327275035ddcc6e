import { defineEvent, exactlyOne } from '../declare.ts';
import { count, date, id, list, money, object, oneOf, optional, personal, sha256, text } from '../fields.ts';

/** The customer file and its lifecycle. Names, contacts and free text about a person are sealed. */

const customer = {
  category: 'customer',
  stream: ({ customerId }: { readonly customerId: string }) => customerId,
  customer: 'customerId',
} as const;
const contact = object({ kind: oneOf('email', 'phone', 'fax', 'web', 'person', 'other'), value: text() });
const externalId = object({ system: id(), id: id() });

export const customerFileEvents = [
  defineEvent({
    ...customer,
    type: 'CustomerRegistered',
    fields: {
      customerId: id(),
      name: personal(text()),
      kind: oneOf('contractual', 'transactional'),
      homeUnitId: id(),
      registeredOn: date(),
      externalIds: list(externalId),
      unitId: optional(id()),
      taxNumber: optional(personal(text())),
      industry: optional(text()),
      region: optional(text()),
      country: optional(text()),
      ownerId: optional(id()),
      contacts: optional(personal(list(contact))),
      address: optional(personal(text())),
    },
    businessDate: ['registeredOn'],
    feeds: ['C2', 'C3'],
    sample: {
      customerId: 'C042',
      name: 'Blauer See Delikatessen',
      kind: 'transactional',
      homeUnitId: 'root',
      registeredOn: '2024-01-02',
      externalIds: [{ system: 'erp', id: '4711' }],
    },
  }),

  defineEvent({
    ...customer,
    type: 'CustomerProfileChanged',
    fields: {
      customerId: id(),
      effectiveOn: date(),
      unitId: optional(id()),
      name: optional(personal(text())),
      kind: optional(oneOf('contractual', 'transactional')),
      homeUnitId: optional(id()),
      externalIds: optional(list(externalId)),
      taxNumber: optional(personal(text())),
      industry: optional(text()),
      region: optional(text()),
      country: optional(text()),
      ownerId: optional(id()),
      contacts: optional(personal(list(contact))),
      address: optional(personal(text())),
      note: optional(personal(text())),
    },
    businessDate: ['effectiveOn'],
    feeds: [],
    rules: (data) =>
      Object.keys(data).some((key) => !['customerId', 'effectiveOn', 'unitId'].includes(key))
        ? []
        : [{ field: 'data', message: 'must change at least one field of the profile' }],
    sample: { customerId: 'C042', effectiveOn: '2024-03-01', region: 'Bayern' },
  }),
  defineEvent({
    ...customer,
    type: 'ProspectContacted',
    category: 'customer',
    stream: (data) => data.customerId ?? data.prospectId ?? '',
    fields: {
      customerId: optional(id()),
      prospectId: optional(id()),
      campaignId: id(),
      channel: text(),
      contactedOn: date(),
      cost: optional(money()),
      unitId: optional(id()),
    },
    businessDate: ['contactedOn'],
    feeds: ['C3'],
    rules: (data) => exactlyOne(data, 'customerId', 'prospectId'),
    sample: {
      prospectId: 'P7',
      campaignId: 'spring',
      channel: 'fair',
      contactedOn: '2024-02-01',
      cost: { amount: '12.50', currency: 'EUR' },
    },
  }),
  defineEvent({
    ...customer,
    type: 'CustomerSegmentAssigned',
    fields: { customerId: id(), segmentCode: id(), effectiveFrom: date(), unitId: optional(id()) },
    businessDate: ['effectiveFrom'],
    feeds: ['C0'],
    sample: { customerId: 'C042', segmentCode: 'gold', effectiveFrom: '2024-01-01' },
  }),
  defineEvent({
    ...customer,
    type: 'CustomerActivated',
    fields: {
      customerId: id(),
      basis: oneOf('contract', 'order', 'reactivation'),
      unitId: optional(id()),
      effectiveOn: date(),
    },
    businessDate: ['effectiveOn'],
    feeds: ['C2', 'C3'],
    sample: { customerId: 'C042', basis: 'contract', unitId: 'root', effectiveOn: '2024-01-05' },
  }),
  defineEvent({
    ...customer,
    type: 'CustomerLapsed',
    fields: { customerId: id(), effectiveOn: date(), reasonCode: id(), unitId: optional(id()) },
    businessDate: ['effectiveOn'],
    feeds: ['C2'],
    sample: { customerId: 'C042', effectiveOn: '2024-06-30', reasonCode: 'cancelled' },
  }),
  defineEvent({
    ...customer,
    type: 'CustomerQualified',
    fields: { customerId: id(), effectiveOn: date(), reasonCode: id(), unitId: optional(id()) },
    businessDate: ['effectiveOn'],
    feeds: [],
    sample: { customerId: 'C042', effectiveOn: '2024-01-04', reasonCode: 'credit-checked' },
  }),
  defineEvent({
    ...customer,
    type: 'CustomerWonBack',
    fields: { customerId: id(), effectiveOn: date(), reasonCode: id(), unitId: optional(id()) },
    businessDate: ['effectiveOn'],
    feeds: [],
    sample: { customerId: 'C042', effectiveOn: '2024-09-01', reasonCode: 'campaign' },
  }),
  defineEvent({
    type: 'CustomersMerged',
    category: 'customer',
    // In the file that is absorbed: there one expected revision decides, and of two survivors that ask for it one gets it.
    stream: (data) => data.absorbedId,
    customer: 'survivorId',
    fields: { survivorId: id(), absorbedId: id(), reason: text(), unitId: optional(id()) },
    businessDate: [],
    feeds: ['C2', 'C3'],
    rules: (data) =>
      data.survivorId === data.absorbedId
        ? [{ field: 'absorbedId', message: 'must be another file than survivorId' }]
        : [],
    sample: { survivorId: 'C042', absorbedId: 'C043', reason: 'same company, entered twice' },
  }),
  defineEvent({
    type: 'CustomersUnmerged',
    category: 'customer',
    stream: (data) => data.restoredId,
    customer: 'survivorId',
    fields: { survivorId: id(), restoredId: id(), reason: text(), unitId: optional(id()) },
    businessDate: [],
    feeds: ['C2', 'C3'],
    rules: ({ survivorId, restoredId }) =>
      survivorId === restoredId
        ? [{ field: 'restoredId', message: 'must be another file than survivorId' }]
        : [],
    sample: { survivorId: 'C042', restoredId: 'C043', reason: 'two companies after all' },
  }),
  defineEvent({
    ...customer,
    type: 'CustomerDocumentFiled',
    fields: {
      customerId: id(),
      documentId: id(),
      kind: id(),
      sha256: sha256(),
      mediaType: id(),
      retentionClass: id(),
      filedOn: date(),
      title: optional(personal(text())),
      size: optional(count(0, 2_000_000_000)),
      unitId: optional(id()),
    },
    businessDate: ['filedOn'],
    feeds: [],
    sample: {
      customerId: 'C042',
      documentId: 'D1',
      kind: 'contract',
      sha256: 'a'.repeat(64),
      mediaType: 'application/pdf',
      retentionClass: 'contracts-10y',
      filedOn: '2024-01-05',
    },
  }),
  defineEvent({
    ...customer,
    type: 'CustomerErased',
    fields: { customerId: id(), legalBasis: text(), requestedBy: text(), unitId: optional(id()) },
    businessDate: [],
    feeds: [],
    sample: { customerId: 'C042', legalBasis: 'GDPR Art. 17', requestedBy: 'privacy-officer' },
  }),
];
