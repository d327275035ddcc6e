import { type LocalDate, localDate } from '#kernel';
import { FIRST_DAY, LAST_DAY, QUARTERS } from './calendar.ts';
import { amount, cents, type DemoFact, dollars, type Region, synthetic } from './demo-fact.ts';

interface Asset {
  readonly assetId: string;
  readonly unitId: Region;
  readonly technologyCode: string;
  readonly gross: bigint;
  readonly boughtOn: LocalDate;
  /** Quarters over which it is written off. */
  readonly life: number;
  readonly generation: 'current' | 'obsolete';
  readonly retiredOn?: LocalDate;
}

const asset = (
  assetId: string,
  unitId: Region,
  technologyCode: string,
  [gross, boughtOn, life]: readonly [number, string, number],
  more: Partial<Pick<Asset, 'generation' | 'retiredOn'>> = {},
): Asset => ({
  assetId,
  unitId,
  technologyCode,
  gross: dollars(gross),
  boughtOn: localDate(boughtOn),
  life,
  generation: 'current',
  ...more,
});

/** Equipment of the warehouses; made up. What stood there at the beginning counts as capitalised on the first day. */
const ASSETS: readonly Asset[] = [
  asset('A-01', 'europe', 'cold-store', [14_000, '1996-07-01', 32]),
  asset('A-02', 'europe', 'packing-line', [9_000, '1996-07-01', 20], {
    generation: 'obsolete',
    retiredOn: localDate('1997-09-30'),
  }),
  asset('A-03', 'north-america', 'cold-store', [8_000, '1996-07-01', 32]),
  asset('A-04', 'north-america', 'forklift', [4_000, '1996-07-01', 20], { generation: 'obsolete' }),
  asset('A-05', 'rest-of-world', 'cold-store', [7_000, '1996-07-01', 32]),
  asset('A-06', 'rest-of-world', 'delivery-van', [6_000, '1996-07-01', 16], { generation: 'obsolete' }),
  asset('A-07', 'europe', 'order-system', [5_000, '1997-01-20', 12]),
  asset('A-08', 'north-america', 'order-system', [4_000, '1997-02-10', 12]),
  asset('A-09', 'europe', 'packing-line', [12_000, '1997-09-15', 28]),
  asset('A-10', 'rest-of-world', 'delivery-van', [7_000, '1998-01-12', 20]),
  asset('A-11', 'north-america', 'label-printer', [2_000, '1998-03-03', 12]),
];

/** What the assets do to the books. */
export interface AssetMovement {
  readonly assetId: string;
  readonly unitId: Region;
  readonly day: LocalDate;
  readonly change: 'opening' | 'bought' | 'depreciated' | 'retired';
  readonly amount: bigint;
}

/** Every change of every asset. An asset that is retired has its remaining value written off on that day. */
export function assetMovements(): readonly AssetMovement[] {
  return ASSETS.flatMap(({ assetId, unitId, gross, boughtOn, life, retiredOn }) => {
    const place = { assetId, unitId };
    const rate = cents(gross / BigInt(life));
    const until = retiredOn ?? LAST_DAY;
    const written = QUARTERS.filter(({ last }) => boughtOn < last && last <= until && last !== LAST_DAY).map(
      ({ last }) => ({ ...place, day: last, change: 'depreciated' as const, amount: rate }),
    );
    const first = {
      ...place,
      day: boughtOn,
      change: boughtOn === FIRST_DAY ? ('opening' as const) : ('bought' as const),
      amount: gross,
    };
    if (retiredOn === undefined) return [first, ...written];
    const rest = gross - rate * BigInt(written.length);
    return [
      first,
      ...written,
      { ...place, day: retiredOn, change: 'depreciated' as const, amount: rest },
      { ...place, day: retiredOn, change: 'retired' as const, amount: gross },
    ];
  });
}

export function assetFacts(): readonly DemoFact[] {
  const known = new Map(ASSETS.map((each) => [each.assetId, each]));
  return assetMovements().map(({ assetId, unitId, day, change, amount: moved }, i) => {
    const { technologyCode = '', generation = 'current' } = known.get(assetId) ?? {};
    return synthetic('AssetChanged', `asset:${assetId}:${i}`, {
      assetId,
      unitId,
      technologyCode,
      change: change === 'opening' || change === 'bought' ? 'capitalised' : change,
      amount: amount(moved),
      generation,
      effectiveOn: day,
    });
  });
}
