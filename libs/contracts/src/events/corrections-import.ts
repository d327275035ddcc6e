import { defineEvent } from '../declare.ts';
import {
  content,
  count,
  date,
  digest,
  eventId,
  id,
  list,
  nullable,
  object,
  optional,
  sha256,
  text,
} from '../fields.ts';

/** Corrections of recorded facts, and imports. */
const correction = {
  category: 'correction',
  stream: ({ correctionId }: { readonly correctionId: string }) => correctionId,
} as const;

/** FactCorrected stands in the stream of its target; the rest tells how it came about: proposed by one, decided by another. */
export const correctionEvents = [
  defineEvent({
    type: 'FactCorrected',
    category: '',
    stream: () => '',
    fields: {
      targetEventId: eventId(),
      replacement: nullable(content()),
      reason: text(),
      authorisedBy: id(),
      unitId: optional(id()),
    },
    businessDate: [],
    feeds: [],
    sample: {
      targetEventId: '6f9619ff-8b86-5011-b42d-00cf4fc964ff',
      replacement: { any: 'content of the target' },
      reason: 'amount mistyped',
      authorisedBy: 'mei',
    },
  }),
  defineEvent({
    ...correction,
    type: 'CorrectionProposed',
    fields: {
      correctionId: id(),
      targets: list(
        object({
          eventId: eventId(),
          replacement: nullable(content()),
        }),
        { min: 1 },
      ),
      reasonCode: id(),
      evidence: object({ sha256: sha256(), note: text() }),
      maker: id(),
    },
    businessDate: [],
    feeds: [],
    sample: {
      correctionId: 'K1',
      targets: [{ eventId: '6f9619ff-8b86-5011-b42d-00cf4fc964ff', replacement: { any: 'content' } }],
      reasonCode: 'typo',
      evidence: { sha256: 'c'.repeat(64), note: 'scan of the invoice' },
      maker: 'mei',
    },
  }),
  defineEvent({
    ...correction,
    type: 'CorrectionApproved',
    fields: { correctionId: id(), previewDigest: digest(), previewPosition: id(), checker: id() },
    businessDate: [],
    feeds: [],
    sample: {
      correctionId: 'K1',
      previewDigest: `sha256:${'d'.repeat(64)}`,
      previewPosition: '73500',
      checker: 'jonas',
    },
  }),
  defineEvent({
    ...correction,
    type: 'CorrectionRejected',
    fields: { correctionId: id(), reason: text(), checker: id() },
    businessDate: [],
    feeds: [],
    sample: { correctionId: 'K1', reason: 'evidence does not fit', checker: 'jonas' },
  }),
  defineEvent({
    ...correction,
    type: 'CorrectionWithdrawn',
    fields: { correctionId: id(), reason: text(), maker: id() },
    businessDate: [],
    feeds: [],
    sample: { correctionId: 'K1', reason: 'entered twice', maker: 'mei' },
  }),
  defineEvent({
    type: 'ImportBatchAccepted',
    category: 'import',
    stream: (data) => data.batchId,
    fields: {
      batchId: id(),
      fileSha256: sha256(),
      mapping: id(),
      rowsRead: count(),
      rowsAccepted: count(),
      rowsRejected: list(object({ row: count(), why: text() })),
      coverage: optional(object({ from: date(), to: date(), types: list(id(), { min: 1 }) })),
      unitId: optional(id()),
    },
    businessDate: [],
    feeds: [],
    rules: ({ rowsRead, rowsAccepted, rowsRejected, coverage }) => [
      ...(rowsAccepted + new Set(rowsRejected.map(({ row }) => row)).size > rowsRead
        ? [{ field: 'rowsRead', message: 'must be at least the rows accepted and rejected together' }]
        : []),
      ...(coverage !== undefined && coverage.to < coverage.from
        ? [{ field: 'coverage.to', message: 'must not be before coverage.from' }]
        : []),
    ],
    sample: {
      batchId: 'B1',
      fileSha256: 'e'.repeat(64),
      mapping: 'northwind-orders',
      rowsRead: 830,
      rowsAccepted: 830,
      rowsRejected: [],
      coverage: { from: '1996-07-04', to: '1998-05-06', types: ['OrderPlaced'] },
    },
  }),
];
