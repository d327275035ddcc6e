import { streamOf } from '#contracts';
import type { NewEvent } from '#journal';
import { Random } from '../../storms/lib/random.ts';

/** Which log: everything in it follows from these. */
export interface LogOrder {
  readonly seed: number;
  readonly events: number;
  /** Share of the stories that are told 1 to 36 months late, in percent. */
  readonly latePercent: number;
}

export interface GeneratedEvent {
  readonly stream: string;
  readonly event: NewEvent;
  /** Its business date lies at least a month before the day on which it is recorded. */
  readonly late: boolean;
}

type Data = Readonly<Record<string, unknown>>;

const EVENTS_PER_DAY = 200;
const FIRST_DAY = Date.UTC(2005, 0, 1) / 86_400_000;
const UNITS_AT_FIRST = 4;
const EVENTS_PER_UNIT = 2_000;
const UNITS_PER_REGION = 8;
const SEGMENTS = ['gold', 'silver', 'bronze'] as const;
const PRODUCTS = 400;

/**
 * A trading company's log: units, customers and months grow with it.
 *
 * Seven of ten stories are an order that is shipped, delivered and invoiced, interleaved with the others; the rest are
 * service cases, answers to a survey and movements of cash. A late story has dates of 1 to 36 months before.
 */
export function* generateLog(order: LogOrder): Generator<GeneratedEvent> {
  yield* new Company(order).events();
}

/** Local date of a day number. */
export function dateOf(day: number): string {
  return new Date(day * 86_400_000).toISOString().slice(0, 10);
}

/** The day on which the n-th event is recorded. */
export function dayOfEvent(index: number): number {
  return FIRST_DAY + Math.floor(index / EVENTS_PER_DAY);
}

class Company {
  readonly #order: LogOrder;
  readonly #random: Random;
  readonly #units: string[] = [];
  readonly #waiting: (() => GeneratedEvent)[] = [];
  /** What comes later in a story, by the index of the event that it is to be. */
  readonly #later = new Map<number, (() => GeneratedEvent)[]>();
  #customers = 0;
  #documents = 0;
  #index = 0;

  constructor(order: LogOrder) {
    this.#order = order;
    this.#random = new Random(order.seed);
  }

  *events(): Generator<GeneratedEvent> {
    this.#beginnings();
    for (; this.#index < this.#order.events; this.#index++) {
      const due = this.#later.get(this.#index);
      if (due !== undefined) {
        this.#waiting.push(...due);
        this.#later.delete(this.#index);
      }
      if (this.#index % EVENTS_PER_UNIT === EVENTS_PER_UNIT - 1) this.#openUnit();
      if (this.#waiting.length === 0) this.#beginStory();
      const make = this.#waiting.shift();
      if (make === undefined) throw new Error('A story began without an event.');
      yield make();
    }
  }

  get #today(): number {
    return dayOfEvent(this.#index);
  }

  #beginnings(): void {
    this.#say('UnitDefined', { unitId: 'root', name: 'Group', effectiveFrom: '1900-01-01', currency: 'EUR' });
    for (const [i, segmentCode] of SEGMENTS.entries()) {
      this.#say('SegmentDefined', {
        segmentCode,
        name: segmentCode,
        isTarget: i === 0,
        valueProposition: [{ attribute: 'punctuality', weight: '1' }],
        effectiveFrom: '2000-01-01',
      });
    }
    for (let i = 0; i < UNITS_AT_FIRST; i++) this.#openUnit();
  }

  #openUnit(): void {
    const number = this.#units.length;
    const region = `region-${Math.floor(number / UNITS_PER_REGION)}`;
    const since = { effectiveFrom: '2000-01-01', currency: 'EUR' };
    if (number % UNITS_PER_REGION === 0)
      this.#say('UnitDefined', { unitId: region, name: region, parentId: 'root', ...since });
    const unitId = `unit-${number}`;
    this.#say('UnitDefined', { unitId, name: unitId, parentId: region, ...since });
    this.#units.push(unitId);
  }

  #beginStory(): void {
    const late = this.#random.chance(this.#order.latePercent);
    const day = late ? this.#today - 30 - this.#random.below(1_066) : this.#today;
    const unitId = this.#random.pick(this.#units);
    const customerId = this.#customer(unitId, day);
    const kind = this.#random.below(10);
    if (kind < 7) this.#orderStory({ unitId, customerId, day });
    else if (kind === 7) this.#caseStory({ unitId, customerId, day });
    else if (kind === 8) {
      this.#say('SurveyResponseRecorded', {
        surveyId: 'nps',
        responseId: this.#id('answer'),
        customerId,
        unitId,
        answeredOn: dateOf(day),
        instrument: 'NPS',
        scaleMin: 0,
        scaleMax: 10,
        score: this.#random.below(11),
      });
    } else {
      this.#say('CashMoved', {
        movementId: this.#id('cash'),
        unitId,
        valueDate: dateOf(day),
        amount: `${this.#random.below(100_000)}.${10 + this.#random.below(90)}`,
        currency: 'EUR',
        activity: 'operating',
        category: 'receipts',
        customerId,
      });
    }
  }

  /** Every sixth story brings its customer; old customers come back more often than new ones. */
  #customer(unitId: string, day: number): string {
    if (this.#customers > 0 && this.#random.below(6) > 0)
      return `customer-${this.#random.below(this.#customers)}`;
    const customerId = `customer-${this.#customers++}`;
    this.#say('CustomerRegistered', {
      customerId,
      name: `Customer ${customerId}`,
      kind: 'transactional',
      homeUnitId: unitId,
      registeredOn: dateOf(day),
      externalIds: [],
    });
    this.#say('CustomerSegmentAssigned', {
      customerId,
      segmentCode: this.#random.pick(SEGMENTS),
      effectiveFrom: dateOf(day),
    });
    return customerId;
  }

  #orderStory({ unitId, customerId, day }: { unitId: string; customerId: string; day: number }): void {
    const orderId = this.#id('order');
    const lines = Array.from({ length: 1 + this.#random.below(3) }, (_, i) => ({
      lineNo: i + 1,
      productId: `product-${this.#random.below(PRODUCTS)}`,
      qty: 1 + this.#random.below(20),
      price: 5 + this.#random.below(500),
    }));
    const quantities = lines.map(({ lineNo, qty }) => ({ lineNo, qty: String(qty) }));
    const shippedOn = dateOf(day + 1 + this.#random.below(6));
    const deliveredOn = dateOf(day + 7 + this.#random.below(6));
    this.#say('OrderPlaced', {
      orderId,
      customerId,
      unitId,
      orderedOn: dateOf(day),
      promisedOn: dateOf(day + 9),
      currency: 'EUR',
      lines: lines.map(({ lineNo, productId, qty, price }) => ({
        lineNo,
        productId,
        qty: String(qty),
        unitPrice: `${price}.50`,
      })),
    });
    const shipmentId = `${orderId}-1`;
    this.#sayLater('GoodsShipped', { orderId, shipmentId, shippedOn, lines: quantities });
    this.#sayLater('DeliveryConfirmed', {
      orderId,
      shipmentId,
      deliveredOn,
      lines: quantities.map(({ lineNo, qty }) => ({ lineNo, acceptedQty: qty })),
      damageFree: !this.#random.chance(5),
    });
    this.#sayLater('InvoiceIssued', {
      invoiceId: `invoice-of-${orderId}`,
      orderId,
      customerId,
      unitId,
      issuedOn: shippedOn,
      currency: 'EUR',
      lines: lines.map(({ productId, qty, price }) => ({
        productId,
        qty: String(qty),
        netAmount: `${qty * price}.25`,
        taxAmount: '0',
        costAmount: String(Math.floor((qty * price * 2) / 3)),
      })),
    });
  }

  #caseStory({ unitId, customerId, day }: { unitId: string; customerId: string; day: number }): void {
    const caseId = this.#id('case');
    const at = (hour: number) => `${dateOf(day)}T${String(hour).padStart(2, '0')}:15:00Z`;
    this.#say('ServiceCaseOpened', { caseId, customerId, unitId, at: at(8), department: 'support' });
    this.#sayLater('ServiceCaseAnswered', { caseId, at: at(9 + this.#random.below(4)), unitId });
    this.#sayLater('ServiceCaseResolved', { caseId, at: at(14 + this.#random.below(9)), unitId });
  }

  #id(kind: string): string {
    return `${kind}-${this.#documents++}`;
  }

  /** A later event of the story that begins now, within the next 400 events; they may come out of order. */
  #sayLater(type: string, data: Data): void {
    const at = this.#index + 1 + this.#random.below(400);
    const due = this.#later.get(at);
    const make = () => this.#make(type, data);
    if (due === undefined) this.#later.set(at, [make]);
    else due.push(make);
  }

  #say(type: string, data: Data): void {
    this.#waiting.push(() => this.#make(type, data));
  }

  #make(type: string, data: Data): GeneratedEvent {
    const told = ['orderedOn', 'shippedOn', 'deliveredOn', 'issuedOn', 'answeredOn', 'valueDate', 'at'];
    const field = told.find((name) => typeof data[name] === 'string');
    const date = field === undefined ? undefined : String(data[field]).slice(0, 10);
    return {
      stream: streamOf(type, data),
      event: { id: this.#uuid(), type, data, metadata: { schemaVersion: 1, actor: 'generator' } },
      late: date !== undefined && date <= dateOf(this.#today - 30),
    };
  }

  #uuid(): string {
    const hex = Array.from({ length: 8 }, () =>
      this.#random.below(65_536).toString(16).padStart(4, '0'),
    ).join('');
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`;
  }
}
