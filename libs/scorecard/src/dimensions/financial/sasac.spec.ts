import { Company } from '../company.testkit.ts';

/** Goal: economic value added by the formula of China's state asset commission. Worked by hand. Source: docs/figures.md §5. */
const kpi = 'eva-sasac';

let postings = 0;
function posted(
  company: Company,
  accountCode: string,
  amount: string,
  postedOn = '2024-06-30',
  more: object = {},
): void {
  company.fact('LedgerAmountPosted', {
    postingId: `l${++postings}`,
    postedOn,
    accountCode,
    amount,
    currency: 'EUR',
    ...more,
  });
}

function company(): Company {
  const made = new Company();
  made.fact('UnitDefined', { unitId: 'root', name: 'All', effectiveFrom: '2000-01-01', currency: 'EUR' });
  made.fact('InvoiceIssued', {
    invoiceId: 'i0',
    customerId: 'C',
    issuedOn: '2023-01-01',
    currency: 'EUR',
    lines: [{ productId: 'p', qty: '1', netAmount: '1', taxAmount: '0' }],
  });
  made.fact('InvoiceIssued', {
    invoiceId: 'i1',
    customerId: 'C',
    issuedOn: '2024-05-01',
    currency: 'EUR',
    lines: [{ productId: 'p', qty: '1', netAmount: '1000', taxAmount: '0', costAmount: '400' }],
  });
  posted(made, 'operating-expense:rent', '100');
  posted(made, 'operating-expense:lab', '80');
  posted(made, 'finance-result:loan', '50');
  posted(made, 'finance-result:deposit', '-10');
  posted(made, 'income-tax:x', '95');
  // Assets 2000 with 300 under construction and 400 in cash, 250 owed to suppliers.
  posted(made, 'asset:plant', '1300', '2023-12-31');
  posted(made, 'construction-in-progress:hall', '300', '2023-12-31');
  posted(made, 'cash:bank', '400', '2023-12-31');
  posted(made, 'liability-current-non-interest-bearing:suppliers', '-250', '2023-12-31');
  posted(made, 'liability-interest-bearing:loan', '-800', '2023-12-31');
  posted(made, 'equity:own', '-950', '2023-12-31');
  posted(made, 'asset:plant', '100', '2025-01-10');
  return made;
}

const account = (accountCode: string, accountClass: string, role: string, effectiveFrom = '2000-01-01') =>
  ({ accountCode, name: accountCode, accountClass, role, effectiveFrom }) as never;

function withRoles(): Company {
  const made = company();
  made.fact('AccountDefined', account('finance-result:loan', 'finance-result', 'interest-expense'));
  made.fact(
    'AccountDefined',
    account('operating-expense:lab', 'operating-expense', 'research-and-development'),
  );
  return made;
}

function rated(): Company {
  const made = withRoles();
  made.fact('CapitalCostRateSet', {
    unitId: 'root',
    wacc: '0.055',
    taxRate: '0.3',
    effectiveFrom: '2024-01-01',
  });
  return made;
}

it('adds back interest and research after a tax of 25 %, and leaves what is under construction out of capital', async () => {
  // Net profit: 1000 − 400 − 180 − 40 − 95 = 285. (50 + 80) · 0.75 = 97.5. Capital: 1300 + 400 − 250 = 1450, its charge 79.75.
  expect(await rated().figure(kpi, '2024')).toEqual({
    kpi,
    dimension: 'financial',
    unit: 'money',
    period: '2024',
    status: 'ok',
    value: '302.75',
    parts: {
      currency: 'EUR',
      netProfit: '285.00',
      interest: '50.00',
      research: '80.00',
      capital: '1450.00',
      charge: '79.75',
      wacc: '0.055000',
    },
    n: 1,
    flags: [],
  });
});

it('charges a quarter for a quarter', async () => {
  expect((await rated().figure(kpi, '2024-Q2')).parts['charge']).toBe('19.9375');
  expect((await rated().figure(kpi, '2024-04..2024-06', { total: true })).parts['capital']).toBe('1450.00');
});

it('goes by the definition that is in force on the day of the posting', async () => {
  const made = rated();
  made.fact('AccountDefined', {
    accountCode: 'operating-expense:lab',
    name: 'laundry',
    accountClass: 'operating-expense',
    effectiveFrom: '2024-06-01',
  });
  expect((await made.figure(kpi, '2024')).parts['research']).toBe('0.00');
});

it('cannot be measured while the chart does not say what is interest and what is research', async () => {
  const made = company();
  made.fact('CapitalCostRateSet', {
    unitId: 'root',
    wacc: '0.1',
    taxRate: '0.3',
    effectiveFrom: '2024-01-01',
  });
  made.fact('AccountDefined', account('finance-result:loan', 'finance-result', 'interest-expense'));
  const figure = await made.figure(kpi, '2024');
  expect(figure).toMatchObject({ status: 'not_measurable', value: null });
  expect(figure.parts).toEqual({
    currency: 'EUR',
    netProfit: '285.00',
    interest: '50.00',
    capital: '1450.00',
    missingRoles: 'research-and-development',
  });
});

it('says every status', async () => {
  expect(await new Company().brief(kpi, '2024')).toBe('no_data n=0');
  expect(await withRoles().brief(kpi, '2024')).toBe('not_measurable n=1');
  const made = rated();
  expect(await made.brief(kpi, '2024')).toBe('ok 302.75 n=1');
  posted(made, 'mystery', '7');
  const incomplete = await made.figure(kpi, '2024');
  expect(incomplete).toMatchObject({ status: 'incomplete', parts: { unknownAccounts: 'mystery' } });
});
