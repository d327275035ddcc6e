import { parseMicros } from '#kernel';
import type { Fact } from '../projection/change.ts';
import type { Family } from '../projection/dimension.ts';
import { dayOfText, ROOT } from '../projection/organisation.ts';

/** An invoice or a credit note as the measures see it: unit, customer and currency are the invoice's. Amounts in millionths. */
export interface InvoiceDocument {
  readonly kind: 'invoice' | 'credit';
  readonly cause?: string;
  readonly unit: string;
  readonly customer?: string;
  readonly day: number;
  /** '' when the credited invoice is not known: then the reporting currency. */
  readonly currency: string;
  readonly lines: readonly InvoiceLine[];
}

export interface InvoiceLine {
  readonly productId: string;
  readonly quantity: bigint;
  readonly net: bigint;
  readonly tax: bigint;
  readonly cost: bigint | undefined;
}

/** An invoice and the credit notes that name it are one document. */
export const INVOICE_DOCUMENTS: Family['documents'] = {
  InvoiceIssued: (data) => data['invoiceId'] as string,
  CreditNoteIssued: (data) => data['invoiceId'] as string,
};

export function* invoiceDocuments(facts: readonly Fact[]): Generator<InvoiceDocument> {
  const invoice = facts.find(({ type }) => type === 'InvoiceIssued');
  for (const fact of facts) {
    const { data } = fact;
    const credit = fact.type === 'CreditNoteIssued';
    if (!credit && fact.type !== 'InvoiceIssued') continue;
    const home = credit ? invoice : fact;
    const unit = text(data['unitId']) ?? fact.unitId ?? text(home?.data['unitId']) ?? home?.unitId ?? ROOT;
    const customer = text(home?.data['customerId']);
    yield {
      kind: credit ? 'credit' : 'invoice',
      ...(credit ? { cause: data['cause'] as string } : {}),
      unit,
      ...(customer === undefined ? {} : { customer }),
      day: dayOfText(data['issuedOn'] as string),
      currency: text(home?.data['currency']) ?? '',
      lines: (data['lines'] as readonly Record<string, string>[]).map((line) => ({
        productId: line['productId'] as string,
        quantity: line['qty'] === undefined ? 0n : parseMicros(line['qty']),
        net: parseMicros(line['netAmount'] as string),
        tax: parseMicros(line['taxAmount'] as string),
        cost: line['costAmount'] === undefined ? undefined : parseMicros(line['costAmount']),
      })),
    };
  }
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
