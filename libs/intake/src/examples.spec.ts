import { daysBetween, localDate, parseMicros } from '#kernel';
import { counts, exampleFacts, ofType, sumOfLines } from '../test/examples.ts';
import type { PlannedFact } from './index.ts';

type Data = PlannedFact['data'];
const inPeriod = (documents: readonly Data[], period: string): readonly Data[] =>
  documents.filter(({ issuedOn }) => String(issuedOn).startsWith(period));

/** The facts that the mappings make of whole files, against sums worked out from the files by other means. */
describe('the mappings of the examples', () => {
  it('northwind: 830 orders, 2155 lines, 89 customers, revenue to the fourth decimal', async () => {
    const facts = await exampleFacts('northwind-orders');
    expect(counts(facts)).toEqual({ OrderPlaced: 830, GoodsShipped: 809, InvoiceIssued: 830 });
    const orders = ofType(facts, 'OrderPlaced');
    expect(orders.flatMap(({ lines }) => lines)).toHaveLength(2155);
    expect(new Set(orders.map(({ customerId }) => customerId)).size).toBe(89);
    const invoices = ofType(facts, 'InvoiceIssued');
    expect(sumOfLines(invoices, 'netAmount')).toBe(parseMicros('1265793.0395'));
    for (const [period, revenue] of [
      ['1996-07', '27861.895'],
      ['1997-04', '53032.9525'],
      ['1997-12', '71398.4285'],
      ['1997', '617085.2035'],
      ['1998-05', '18333.6305'],
    ] as const) {
      expect([period, sumOfLines(inPeriod(invoices, period), 'netAmount')]).toEqual([
        period,
        parseMicros(revenue),
      ]);
    }
  });

  it('northwind by ship date: unshipped orders are not invoiced', async () => {
    const facts = await exampleFacts('northwind-orders-by-ship-date');
    expect(counts(facts)).toEqual({ OrderPlaced: 830, GoodsShipped: 809, InvoiceIssued: 809 });
    const invoices = ofType(facts, 'InvoiceIssued');
    for (const [period, revenue] of [
      ['1996-07', '20710.27'],
      ['1997-04', '31596.4475'],
      ['1997-10', '74305.1735'],
    ] as const) {
      expect([period, sumOfLines(inPeriod(invoices, period), 'netAmount')]).toEqual([
        period,
        parseMicros(revenue),
      ]);
    }
  });

  it('northwind: 91 customer files in three regions, names as they are written', async () => {
    const facts = await exampleFacts('northwind-customers');
    expect(counts(facts)).toEqual({ UnitDefined: 3, CustomerRegistered: 91 });
    const anatr = ofType(facts, 'CustomerRegistered').find(({ customerId }) => customerId === 'ANATR');
    expect(anatr).toEqual({
      customerId: 'ANATR',
      name: 'Ana Trujillo Emparedados y helados',
      kind: 'transactional',
      homeUnitId: 'north-america',
      registeredOn: '1996-07-01',
      externalIds: [{ system: 'northwind', id: 'ANATR' }],
      country: 'Mexico',
      contacts: [
        { kind: 'person', value: 'Ana Trujillo, Owner' },
        { kind: 'phone', value: '(5) 555-4729' },
      ],
      address: 'Avda. de la Constitución 2222, 05021, México D.F., Mexico',
    });
  });

  it('purchasing: 4012 orders, 8845 lines, lead time, rejections and in-full lines', async () => {
    const facts = await exampleFacts('purchasing');
    expect(counts(facts)).toEqual({
      UnitDefined: 86,
      CustomerRegistered: 86,
      OrderPlaced: 4012,
      GoodsShipped: 4012,
      DeliveryConfirmed: 8845,
      ProcessCaseOpened: 8845,
      ProcessCaseClosed: 8845,
      InvoiceIssued: 4012,
    });
    expect(sumOfLines(ofType(facts, 'InvoiceIssued'), 'netAmount')).toBe(parseMicros('63791994.838'));
    const placed = new Map(ofType(facts, 'OrderPlaced').map((order) => [order['orderId'], order]));
    const leadDays = ofType(facts, 'GoodsShipped').map(({ orderId, shippedOn }) =>
      daysBetween(localDate(String(placed.get(orderId ?? '')?.['orderedOn'])), localDate(String(shippedOn))),
    );
    expect([leadDays.length, leadDays.reduce((sum, days) => sum + days, 0)]).toEqual([4012, 36300]);
    const closed = ofType(facts, 'ProcessCaseClosed');
    const sum = (field: string): bigint =>
      closed.reduce((total, data) => total + parseMicros(String(data[field])), 0n);
    expect(sum('scrappedQty')).toBe(parseMicros('72700'));
    expect(sum('goodQty') + sum('scrappedQty')).toBe(parseMicros('2327299'));
    expect(closed.filter(({ firstPass }) => firstPass === false)).toHaveLength(563);
    const ordered = new Map<string, bigint>();
    for (const { orderId, lines } of placed.values()) {
      for (const { lineNo, qty } of lines as readonly { lineNo: number; qty: string }[])
        ordered.set(`${orderId} ${lineNo}`, parseMicros(qty));
    }
    const inFull = ofType(facts, 'DeliveryConfirmed').filter(({ orderId, lines }) => {
      const [line] = lines as readonly { lineNo: number; acceptedQty: string }[];
      return parseMicros(line?.acceptedQty ?? '0') >= (ordered.get(`${orderId} ${line?.lineNo}`) ?? 0n);
    });
    expect(inFull).toHaveLength(8465);
  });

  it('airport survey: 2831 respondents, blanks are no scores', async () => {
    const facts = await exampleFacts('airport-survey-2017');
    expect(counts(facts)).toEqual({ SegmentDefined: 7, SurveyResponseRecorded: 2 * 2831 });
    const scores = (instrument: string): readonly (number | null)[] =>
      ofType(facts, 'SurveyResponseRecorded')
        .filter((answer) => answer['instrument'] === instrument)
        .map(({ score }) => score as number | null);
    const valid = (instrument: string): readonly number[] =>
      scores(instrument).filter((score) => score !== null);
    const nps = valid('NPS');
    expect([nps.length, scores('NPS').length - nps.length]).toEqual([2746, 85]);
    expect([nps.filter((score) => score >= 9).length, nps.filter((score) => score <= 6).length]).toEqual([
      1436, 342,
    ]);
    const csat = valid('CSAT');
    expect([csat.length, csat.filter((score) => score >= 4).length]).toEqual([2688, 2206]);
    expect(csat.reduce((sum, score) => sum + score, 0)).toBe(10925);
    const days = new Set(ofType(facts, 'SurveyResponseRecorded').map(({ answeredOn }) => answeredOn));
    expect([...days].sort()[0]).toBe('2017-05-05');
    expect(days.size).toBe(20);
  });

  it('cdnow: 6919 purchases of 2357 customers, amounts of 0.00 among them', async () => {
    const facts = await exampleFacts('cdnow');
    expect(counts(facts)).toEqual({ CustomerRegistered: 2357, OrderPlaced: 6919, InvoiceIssued: 6919 });
    const invoices = ofType(facts, 'InvoiceIssued');
    expect(sumOfLines(invoices, 'netAmount')).toBe(parseMicros('244091.94'));
    expect(sumOfLines(invoices, 'qty')).toBe(parseMicros('16479'));
    const free = invoices.filter((invoice) => sumOfLines([invoice], 'netAmount') === 0n);
    expect(free).toHaveLength(8);
    expect(new Set(facts.map(({ type, source }) => `${type} ${source.id}`)).size).toBe(facts.length);
  });
});
