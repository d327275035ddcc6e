import {
  addMonths,
  addRatio,
  compareRatio,
  divideRatio,
  localDate,
  multiplyRatio,
  naturalLog,
  parseMicros,
  type Ratio,
  ratio,
  ratioOfDecimal,
  roundRatio,
  subtractRatio,
} from '#kernel';
import { unitOf } from './documents.ts';
import {
  type Asked,
  counts,
  excluded,
  moneyRatio,
  moneyText,
  quantity,
  type Result,
  type Sum,
  six,
  spread,
  sum,
} from './figure.ts';
import { type Fact, latest, maybe, text } from './log.ts';
import type { Parts } from './types.ts';
import { assetUnit, employees, heads, trainingUnit, unitOr, worksHere } from './workforce.ts';
import { days, daysLater, periodNamed } from './world.ts';

/** The learning and growth dimension. Source: docs/figures.md §8. */

function plain({ scope }: Pick<Asked, 'scope'>, unit: string, date: string): boolean {
  return scope.has(unit, date, undefined);
}

function newProducts(asked: Asked): Result {
  const { scope, policy, documents } = asked;
  const launches = scope.company.of('ProductLaunched');
  const own = documents.invoices.filter(
    (one) => scope.when(one.date) && scope.has(one.unit, one.date, one.customer),
  );
  const lines = own.flatMap(({ kind, lines: all, currency, date }) =>
    all.map(({ product, net }) => ({ product, date, currency, amount: kind === 'invoice' ? net : -net })),
  );
  const launchOf = (product: string) =>
    [...launches]
      .filter((fact) => text(fact, 'productId') === product && fact.data['countsAsNew'] === true)
      .sort((a, b) => (text(a, 'launchedOn') < text(b, 'launchedOn') ? -1 : 1))[0];
  const fresh = lines.filter(({ product, date }) => {
    const launch = launchOf(product);
    if (!launch || date < text(launch, 'launchedOn')) return false;
    const window = launch.data['windowMonths'] as number | undefined;
    const from = localDate(text(launch, 'launchedOn'));
    if (window === undefined && policy.newProductWindowDays !== undefined)
      return date < daysLater(from, policy.newProductWindowDays);
    return date < addMonths(from, window ?? policy.newProductWindowMonths);
  });
  const unlaunched = lines.filter(
    ({ product }) => !launches.some((fact) => text(fact, 'productId') === product),
  );
  const [numerator, denominator, without] = [fresh, lines, unlaunched].map((some) =>
    sum(asked, some, 'average'),
  ) as [Sum, Sum, Sum];
  const reach =
    policy.newProductWindowDays === undefined
      ? addMonths(scope.period.start, -policy.newProductWindowMonths)
      : daysLater(scope.period.start, -policy.newProductWindowDays);
  const first = asked.firstDate('invoices');
  const flags = first !== undefined && reach < first ? ['left-censored'] : [];
  return {
    ...moneyRatio(
      asked,
      numerator,
      denominator,
      own.length,
      {},
      unlaunched.length > 0 ? { withoutLaunch: without } : {},
    ),
    flags,
  };
}

function projects({ scope }: Asked) {
  const ids = new Set(scope.company.of('DevelopmentGatePassed').map((fact) => text(fact, 'projectId')));
  return [...ids].map((id) => {
    const gates = scope.company.of('DevelopmentGatePassed').filter((fact) => text(fact, 'projectId') === id);
    const on = (gate: string) =>
      gates
        .filter((fact) => text(fact, 'gate') === gate)
        .map((fact) => text(fact, 'passedOn'))
        .sort()[0];
    const unit = gates.map(unitOf).find((own) => own !== undefined) ?? 'root';
    return { unit, approved: on('approved'), launched: on('launched'), stopped: on('stopped') };
  });
}

/** From approval to the first day on which a project's products have earned what it spent. */
function breakEven(asked: Asked): Result {
  const { scope, documents } = asked;
  if (scope.segment !== undefined) return { value: null, status: 'no_data', parts: {}, n: 0 };
  const gates = scope.company.of('DevelopmentGatePassed');
  const lengths: number[] = [];
  const ages: number[] = [];
  const left = { 'no-spend': 0, 'no-approval': 0, 'negative-duration': 0 };
  const missing: string[] = [];
  const soldByThese = new Set<string>();
  for (const id of new Set(gates.map((fact) => text(fact, 'projectId')))) {
    const own = gates.filter((fact) => text(fact, 'projectId') === id);
    const on = (gate: string) =>
      own
        .filter((fact) => text(fact, 'gate') === gate)
        .map((fact) => text(fact, 'passedOn'))
        .sort()[0];
    const launched = on('launched');
    const approved = on('approved');
    const unit = own.map(unitOf).find((one) => one !== undefined) ?? 'root';
    if (launched === undefined || launched > scope.closing) continue;
    if (!scope.company.inside(scope.unit, unit, scope.closing)) continue;
    const products = [
      ...own.flatMap((fact) => fact.data['productIds'] as readonly string[]),
      ...scope.company
        .of('ProductLaunched')
        .filter((fact) => maybe(fact, 'projectId') === id)
        .map((fact) => text(fact, 'productId')),
    ];
    for (const product of products) soldByThese.add(product);
    const spent = own.flatMap((fact) => {
      const spend = fact.data['spend'] as { amount: string; currency: string } | undefined;
      return spend && text(fact, 'passedOn') <= scope.closing
        ? [{ amount: parseMicros(spend.amount), currency: spend.currency, date: text(fact, 'passedOn') }]
        : [];
    });
    const earned = documents.invoices
      .filter(({ date }) => date >= launched && date <= scope.closing)
      .flatMap(({ kind, lines, currency, date }) =>
        lines
          .filter(
            ({ product, cost }) => products.includes(product) && (kind === 'credit' || cost !== undefined),
          )
          .map(({ net, cost = 0n }) => ({
            amount: kind === 'invoice' ? net - cost : cost - net,
            currency,
            date,
          })),
      );
    const dates = [...new Set([launched, ...[...spent, ...earned].map(({ date }) => date)])].sort();
    let even: string | undefined;
    let balance = ratio(0n);
    for (const date of dates) {
      const margin = sum(
        asked,
        earned.filter((one) => one.date === date),
        'average',
      );
      const spend = sum(
        asked,
        spent.filter((one) => one.date === date),
        'average',
      );
      for (const lacking of [margin.missing, spend.missing]) if (lacking !== undefined) missing.push(lacking);
      balance = subtractRatio(addRatio(balance, margin.total), spend.total);
      if (even === undefined && date >= launched && balance.numerator >= 0n) even = date;
    }
    const now = even !== undefined && scope.when(even);
    if (spent.length === 0) left['no-spend'] += Number(scope.when(launched));
    else if (approved === undefined) left['no-approval'] += Number(now);
    else if (even === undefined) {
      if (approved <= scope.closing) ages.push(days(approved, scope.closing));
    } else if (now && even < approved) left['negative-duration']++;
    else if (now) lengths.push(days(approved, even));
  }
  const costless = documents.invoices
    .filter(({ kind, date }) => kind === 'invoice' && scope.when(date))
    .flatMap(({ lines }) => lines)
    .filter(({ product, cost }) => cost === undefined && soldByThese.has(product)).length;
  const without: Parts = costless === 0 ? {} : { linesWithoutCost: String(costless) };
  const [lacking] = missing.sort();
  if (lacking !== undefined)
    return { value: null, status: 'not_measurable', parts: { missingRate: lacking, ...without }, n: 0 };
  const open: Parts =
    ages.length === 0
      ? { open: '0' }
      : {
          open: String(ages.length),
          openAgeDays: six(ratio(BigInt(ages.reduce((a, b) => a + b, 0)), BigInt(ages.length))),
        };
  const result = spread(lengths.map(BigInt), 1n, { ...open, ...excluded(left), ...without });
  return { ...result, incomplete: costless > 0 };
}

function trainings({ scope }: Asked): Fact[] {
  return scope.company.of('TrainingCompleted').filter((fact) => {
    const date = text(fact, 'completedOn');
    return scope.when(date) && plain({ scope }, trainingUnit(scope, fact), date);
  });
}

function positions({ scope }: Asked) {
  const date = scope.closing;
  const latestRequirements = new Map<string, Fact>();
  for (const fact of scope.company.of('JobRequirementSet')) {
    if (text(fact, 'effectiveFrom') > date || !scope.company.inside(scope.unit, unitOr(fact), date)) continue;
    const key = JSON.stringify([text(fact, 'jobCode'), text(fact, 'skillCode'), unitOr(fact)]);
    const known = latestRequirements.get(key);
    if (!known || text(fact, 'effectiveFrom') >= text(known, 'effectiveFrom'))
      latestRequirements.set(key, fact);
  }
  const jobs = new Map<string, Fact[]>();
  for (const fact of latestRequirements.values()) {
    if ((fact.data['neededHeadcount'] as number) === 0) continue;
    const key = JSON.stringify([text(fact, 'jobCode'), unitOr(fact)]);
    jobs.set(key, [...(jobs.get(key) ?? []), fact]);
  }
  const level = (employee: string, skill: string): number | undefined => {
    const own = latest(
      scope.company
        .of('SkillAssessed')
        .filter(
          (fact) =>
            text(fact, 'employeeId') === employee &&
            text(fact, 'skillCode') === skill &&
            text(fact, 'assessedOn') <= date &&
            (maybe(fact, 'validUntil') ?? date) >= date,
        ),
      (fact) => text(fact, 'assessedOn'),
    );
    return own && (own.data['level'] as number);
  };
  const tally = {
    required: ratio(0n),
    gap: ratio(0n),
    count: 0,
    vacant: 0,
    unassessed: 0,
    strategic: 0,
    qualified: 0,
  };
  for (const requirements of jobs.values()) {
    const job = text(requirements[0] as Fact, 'jobCode');
    const unit = unitOr(requirements[0] as Fact);
    const needed = Math.max(...requirements.map((fact) => fact.data['neededHeadcount'] as number));
    const total = (employee: string) =>
      requirements.reduce((of, fact) => of + (level(employee, text(fact, 'skillCode')) ?? 0), 0);
    const holders = heads(scope, date)
      .filter((employee) => {
        const own = worksHere(scope, employee, date) as Fact;
        return text(own, 'jobCode') === job && scope.company.inside(unit, unitOr(own), date);
      })
      .sort((a, b) => total(b) - total(a) || (a < b ? -1 : 1))
      .slice(0, needed);
    const strategic = requirements.some((fact) => fact.data['strategic'] === true);
    tally.vacant += needed - holders.length;
    if (strategic) {
      tally.strategic += needed;
      tally.qualified += holders.filter((employee) =>
        requirements.every(
          (fact) => (level(employee, text(fact, 'skillCode')) ?? 0) >= (fact.data['requiredLevel'] as number),
        ),
      ).length;
    }
    for (const fact of requirements) {
      const wanted = fact.data['requiredLevel'] as number;
      const weight = ratioOfDecimal(text(fact, 'weight'));
      for (let place = 0; place < needed; place++) {
        const employee = holders[place];
        const actual = employee === undefined ? 0 : level(employee, text(fact, 'skillCode'));
        if (actual === undefined) tally.unassessed++;
        tally.count++;
        tally.required = addRatio(tally.required, multiplyRatio(weight, ratio(BigInt(wanted))));
        tally.gap = addRatio(
          tally.gap,
          multiplyRatio(weight, ratio(BigInt(Math.max(0, wanted - (actual ?? 0))))),
        );
      }
    }
  }
  return tally;
}

function capability(asked: Asked, of: (tally: ReturnType<typeof positions>) => Ratio): Result {
  const tally = positions(asked);
  const parts: Parts = {
    numerator: six(of(tally)),
    denominator: six(tally.required),
    vacant: String(tally.vacant),
    unassessed: String(tally.unassessed),
  };
  if (tally.required.numerator === 0n)
    return { value: null, status: 'not_measurable', parts, n: tally.count };
  return { value: six(divideRatio(of(tally), tally.required)), parts, n: tally.count };
}

function assets({ scope }: Asked, date: string) {
  const stock = { gross: ratio(0n), net: ratio(0n), obsolete: ratio(0n), count: 0 };
  const changes = scope.company.of('AssetChanged').filter((fact) => text(fact, 'effectiveOn') <= date);
  for (const id of new Set(changes.map((fact) => text(fact, 'assetId')))) {
    const own = changes
      .filter((fact) => text(fact, 'assetId') === id)
      .sort((a, b) =>
        text(a, 'effectiveOn') < text(b, 'effectiveOn')
          ? -1
          : text(a, 'effectiveOn') > text(b, 'effectiveOn')
            ? 1
            : a.position < b.position
              ? -1
              : 1,
      );
    const last = own.at(-1) as Fact;
    if (scope.segment !== undefined || !scope.company.inside(scope.unit, assetUnit(scope, last), date))
      continue;
    let gross = ratio(0n);
    let net = ratio(0n);
    for (const fact of own) {
      const amount = ratio(parseMicros(text(fact, 'amount')));
      const change = text(fact, 'change');
      if (change === 'capitalised') [gross, net] = [addRatio(gross, amount), addRatio(net, amount)];
      else if (change === 'depreciated') net = subtractRatio(net, amount);
      else if (compareRatio(amount, gross) >= 0) [gross, net] = [ratio(0n), ratio(0n)];
      else
        [gross, net] = [
          subtractRatio(gross, amount),
          subtractRatio(net, divideRatio(multiplyRatio(net, amount), gross)),
        ];
    }
    stock.gross = addRatio(stock.gross, gross);
    stock.net = addRatio(stock.net, net);
    if (text(last, 'generation') === 'obsolete') stock.obsolete = addRatio(stock.obsolete, gross);
    if (gross.numerator !== 0n) stock.count++;
  }
  return stock;
}

function assetShare(asked: Asked, numerator: Ratio, denominator: Ratio): Result {
  const n = assets(asked, asked.scope.closing).count;
  const parts: Parts = {
    numerator: moneyText(numerator, asked.currency),
    denominator: moneyText(denominator, asked.currency),
    ...(asked.currency === undefined ? {} : { currency: asked.currency }),
  };
  return denominator.numerator === 0n
    ? { value: null, status: 'not_measurable', parts, n }
    : { value: six(divideRatio(numerator, denominator)), parts, n };
}

/** Initiatives of the scope and period: closed then, or measured by a period that ends then. */
export function closedInitiatives({ scope }: Asked): { fact: Fact; date: string }[] {
  if (scope.segment !== undefined) return [];
  return scope.company
    .of('ImprovementMeasured')
    .flatMap((fact) => {
      const after = periodNamed(text(fact, 'afterPeriod'), scope.calendar);
      const date = maybe(fact, 'closedOn') ?? (after && daysLater(after.end, -1));
      return date === undefined ? [] : [{ fact, date }];
    })
    .filter(({ fact, date }) => scope.when(date) && scope.company.inside(scope.unit, unitOr(fact), date));
}

function improvements(asked: Asked) {
  const measured: {
    baseline: Ratio;
    after: Ratio;
    rate: Ratio;
    hours: bigint;
    length: number | undefined;
    up: boolean;
  }[] = [];
  let without = 0;
  let incomplete = false;
  for (const { fact } of closedInitiatives(asked)) {
    const closed = maybe(fact, 'closedOn');
    const before = asked.value(text(fact, 'kpiCode'), text(fact, 'baselinePeriod'));
    const later = asked.value(text(fact, 'kpiCode'), text(fact, 'afterPeriod'));
    if (before.incomplete || later.incomplete) incomplete = true;
    const now = later.value;
    const baseline = before.value === null ? undefined : ratioOfDecimal(before.value);
    if (!baseline || baseline.numerator === 0n || now === null) {
      without++;
      continue;
    }
    const after = ratioOfDecimal(now);
    const change = before.up ? subtractRatio(after, baseline) : subtractRatio(baseline, after);
    measured.push({
      baseline,
      after,
      rate: divideRatio(change, baseline),
      hours: parseMicros(text(fact, 'effortHours')),
      length: closed === undefined ? undefined : days(text(fact, 'startedOn'), closed),
      up: before.up,
    });
  }
  return {
    measured,
    without,
    incomplete,
    rates: measured.reduce((total, { rate }) => addRatio(total, rate), ratio(0n)),
  };
}

export const learning: Readonly<Record<string, (asked: Asked) => Result>> = {
  'new-product-sales-ratio': newProducts,
  'npd-cycle': (asked) => {
    const own = projects(asked);
    const launched = own.filter(
      ({ unit, launched: date }) => date !== undefined && asked.scope.when(date) && plain(asked, unit, date),
    );
    const lengths = launched.flatMap(({ approved, launched: date }) =>
      approved === undefined ? [] : [BigInt(days(approved, date as string))],
    );
    const stopped = own.filter(
      ({ unit, stopped: date }) => date !== undefined && asked.scope.when(date) && plain(asked, unit, date),
    ).length;
    return spread(
      lengths.filter((length) => length >= 0n),
      1n,
      {
        stopped: String(stopped),
        ...excluded({
          'no-approval': launched.length - lengths.length,
          'negative-duration': lengths.filter((length) => length < 0n).length,
        }),
      },
    );
  },
  'break-even-time': breakEven,
  'npd-stopped-share': (asked) => {
    const own = projects(asked);
    const inPeriod = (of: 'launched' | 'stopped') =>
      own.filter(
        (project) =>
          project[of] !== undefined &&
          asked.scope.when(project[of] as string) &&
          plain(asked, project.unit, project[of] as string),
      ).length;
    return counts(
      inPeriod('stopped'),
      inPeriod('stopped') + inPeriod('launched'),
      inPeriod('stopped') + inPeriod('launched'),
    );
  },
  'improvement-rate': (asked) => {
    const { measured, without, rates, incomplete } = improvements(asked);
    const parts = excluded({ 'no-baseline': without });
    if (measured.length === 0) return { value: null, status: 'not_measurable', parts, n: 0, incomplete };
    return {
      value: six(divideRatio(rates, ratio(BigInt(measured.length)))),
      parts,
      n: measured.length,
      incomplete,
    };
  },
  'improvement-per-100h': (asked) => {
    const { measured, without, rates, incomplete } = improvements(asked);
    const hours = measured.reduce((total, own) => total + own.hours, 0n);
    const parts: Parts = {
      numerator: six(rates),
      denominator: quantity(hours),
      ...excluded({ 'no-baseline': without }),
    };
    if (hours === 0n) return { value: null, status: 'not_measurable', parts, n: measured.length, incomplete };
    return {
      value: six(divideRatio(multiplyRatio(rates, ratio(100n)), ratio(hours, 1_000_000n))),
      parts,
      n: measured.length,
      incomplete,
    };
  },
  'improvement-half-life': (asked) => {
    const { measured, without, incomplete } = improvements(asked);
    const better = measured.filter(
      ({ baseline, after, length, up }) =>
        !up &&
        length !== undefined &&
        after.numerator > 0n &&
        baseline.numerator > 0n &&
        compareRatio(baseline, after) > 0,
    );
    const lasted = better.filter(({ length }) => (length as number) >= 0);
    const lives = lasted.map(({ baseline, after, length }) =>
      ratioOfDecimal(
        roundRatio(
          divideRatio(
            multiplyRatio(ratio(BigInt(length as number)), ratioOfDecimal(naturalLog(ratio(2n), 30))),
            ratioOfDecimal(naturalLog(divideRatio(baseline, after), 30)),
          ),
          4,
        ),
      ),
    );
    const parts = excluded({
      'no-baseline': without,
      'no-improvement': measured.length - better.length,
      'negative-duration': better.length - lasted.length,
    });
    if (lives.length === 0) return { value: null, status: 'not_measurable', parts, n: 0, incomplete };
    return {
      value: six(divideRatio(lives.reduce(addRatio, ratio(0n)), ratio(BigInt(lives.length)))),
      parts,
      n: lives.length,
      incomplete,
    };
  },
  'training-hours-per-employee': (asked) => {
    const { scope, policy } = asked;
    const own = trainings(asked);
    const hours = own.reduce((total, fact) => total + parseMicros(text(fact, 'hours')), 0n);
    const closing = BigInt(heads(scope, scope.closing).length);
    const headcount =
      policy.headcountBasis === 'yearEnd'
        ? ratio(closing)
        : ratio(BigInt(heads(scope, scope.opening).length) + closing, 2n);
    const parts: Parts = { numerator: quantity(hours), denominator: six(headcount) };
    const n = new Set(own.map((fact) => text(fact, 'employeeId'))).size;
    if (headcount.numerator === 0n) return { value: null, status: 'not_measurable', parts, n };
    return { value: six(divideRatio(ratio(hours, 1_000_000n), headcount)), parts, n };
  },
  'training-coverage': (asked) => {
    const { scope } = asked;
    const dates: string[] = [];
    for (let date: string = scope.period.start; date < scope.period.end; date = daysLater(date, 1))
      dates.push(date);
    const staff = new Set(
      employees(scope).filter((employee) => dates.some((date) => worksHere(scope, employee, date))),
    );
    const trained = new Set(
      trainings(asked)
        .map((fact) => text(fact, 'employeeId'))
        .filter((employee) => staff.has(employee)),
    );
    return counts(trained.size, staff.size, staff.size);
  },
  'capability-gap': (asked) => capability(asked, ({ gap }) => gap),
  readiness: (asked) => capability(asked, ({ required, gap }) => subtractRatio(required, gap)),
  'strategic-job-coverage': (asked) => {
    const { qualified, strategic } = positions(asked);
    return counts(qualified, strategic, strategic);
  },
  'asset-newness': (asked) => {
    const [opening, closing] = [assets(asked, asked.scope.opening), assets(asked, asked.scope.closing)];
    return assetShare(asked, addRatio(opening.net, closing.net), addRatio(opening.gross, closing.gross));
  },
  'technology-renewal-rate': (asked) => {
    const added = asked.scope.company
      .of('AssetChanged')
      .filter(
        (fact) =>
          text(fact, 'change') === 'capitalised' &&
          asked.scope.when(text(fact, 'effectiveOn')) &&
          plain(asked, assetUnit(asked.scope, fact), text(fact, 'effectiveOn')),
      );
    return assetShare(
      asked,
      added.reduce((total, fact) => addRatio(total, ratio(parseMicros(text(fact, 'amount')))), ratio(0n)),
      assets(asked, asked.scope.opening).gross,
    );
  },
  'obsolete-asset-share': (asked) => {
    const { obsolete, gross } = assets(asked, asked.scope.closing);
    return assetShare(asked, obsolete, gross);
  },
};
