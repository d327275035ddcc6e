import { Company } from '../company.testkit.ts';

/** Goal: a posting is there until it is voided; that another one takes its amount back does not make it unseen. Source: docs/figures.md §5. */
function company(): Company {
  const made = new Company();
  made.fact('UnitDefined', { unitId: 'root', name: 'All', effectiveFrom: '2000-01-01', currency: 'EUR' });
  made.fact('InvoiceIssued', {
    invoiceId: 'i',
    customerId: 'C',
    issuedOn: '2024-03-10',
    currency: 'EUR',
    lines: [{ productId: 'p', qty: '1', netAmount: '100', taxAmount: '0', costAmount: '60' }],
  });
  return made;
}

let count = 0;
function posted(
  made: Company,
  postedOn: string,
  accountCode: string,
  amount: string,
  more: object = {},
): string {
  return made.fact('LedgerAmountPosted', {
    postingId: `l${++count}`,
    unitId: 'root',
    postedOn,
    accountCode,
    amount,
    currency: 'EUR',
    ...more,
  });
}

it.each([
  ['taken back on the same day', '7', '-7', '2024-03-15'],
  ['taken back in the same month', '7', '-7', '2024-03-16'],
  ['of nothing', '0', '0', '2024-03-15'],
])(
  'an account that nobody knows leaves a figure incomplete, also when what was posted is %s',
  async (_, amount, back, day) => {
    const made = company();
    const facts = [posted(made, '2024-03-15', 'mystery', amount), posted(made, day, 'mystery', back)];
    const figure = await made.figure('operating-margin', '2024-03');
    expect(figure).toMatchObject({
      status: 'incomplete',
      value: '0.400000',
      parts: { unknownAccounts: 'mystery' },
    });
    for (const fact of facts) made.void(fact);
    expect((await made.figure('operating-margin', '2024-03')).parts).not.toHaveProperty('unknownAccounts');
  },
);

it('balances are known when what was posted to them is taken back', async () => {
  const made = company();
  made.fact('CapitalCostRateSet', { unitId: 'root', wacc: '0.1', taxRate: '0', effectiveFrom: '2024-01-01' });
  posted(made, '2024-03-20', 'operating-expense:x', '1');
  expect((await made.figure('eva', '2024-03')).status).toBe('not_measurable');
  const asset = posted(made, '2024-03-01', 'asset:x', '50');
  posted(made, '2024-03-05', 'asset:x', '-50');
  for (const period of ['2024-03', '2024-04'])
    expect((await made.figure('eva', period)).status).not.toBe('not_measurable');
  expect(await made.figure('eva', '2024-03')).toMatchObject({ value: '39.00', parts: { capital: '0.00' } });
  made.void(asset);
  expect(await made.figure('eva', '2024-03')).toMatchObject({ parts: { capital: '-25.00' } });
});
