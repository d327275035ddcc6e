import { ROLES, type Role } from '#access';
import { ApiBench, badTokens, token } from './bench.ts';

/**
 * Goal: nobody reaches a route who should not.
 * Method: the rows below say who may; they are written apart from the code's own declarations. The routing table gives
 * the routes: one without a row fails, and a row without a route as well.
 */
interface Row {
  /** Who may: `open` needs no token. */
  readonly roles: readonly Role[] | 'open';
  /** What a token limited to unit north gets: `own` asks for north, `foreign` for south. */
  readonly limited: { readonly own: number | 'as all'; readonly foreign?: number } | 'refused';
  /** Address with an own object, and with one of another unit. */
  readonly url: string;
  readonly foreignUrl?: string;
  /** An address that is answered at once, where the other one computes a whole card. */
  readonly probe?: string;
}

const READERS: readonly Role[] = ['viewer', 'steward', 'auditor'];
const STEWARD: readonly Role[] = ['steward'];
const ANYBODY: readonly Role[] = ROLES;
const command = (name: string): [string, Row] => [
  `POST /v1/customers/:id/${name}`,
  { roles: STEWARD, limited: 'refused', url: `/v1/customers/C1/${name}` },
];
const metadata = (url: string): Row => ({ roles: ANYBODY, limited: { own: 'as all' }, url });

const ROWS: Readonly<Record<string, Row>> = Object.fromEntries([
  ...[
    'qualify',
    'activate',
    'lapse',
    'win-back',
    'assign-segment',
    'merge',
    'unmerge',
    'documents',
    'profile',
  ].map(command),
  ['POST /v1/customers', { roles: STEWARD, limited: 'refused', url: '/v1/customers' }],
  ['GET /v1/customers', { roles: READERS, limited: 'refused', url: '/v1/customers' }],
  [
    'GET /v1/customers/:id',
    {
      roles: READERS,
      limited: { own: 200, foreign: 404 },
      url: '/v1/customers/C1',
      foreignUrl: '/v1/customers/C2',
    },
  ],
  [
    'GET /v1/customers/:id/timeline',
    {
      roles: READERS,
      limited: { own: 200, foreign: 404 },
      url: '/v1/customers/C1/timeline',
      foreignUrl: '/v1/customers/C2/timeline',
    },
  ],
  ['POST /v1/facts', { roles: STEWARD, limited: 'refused', url: '/v1/facts' }],
  ['POST /v1/imports', { roles: STEWARD, limited: 'refused', url: '/v1/imports' }],
  ['GET /v1/imports/:id', { roles: ['steward', 'auditor'], limited: 'refused', url: '/v1/imports/none' }],
  ['POST /v1/imports/:id/revoke', { roles: STEWARD, limited: 'refused', url: '/v1/imports/none/revoke' }],
  ['GET /v1/kpis', metadata('/v1/kpis')],
  ['GET /v1/kpis/:code', metadata('/v1/kpis/net-revenue')],
  [
    'GET /v1/kpis/:code/figures',
    {
      roles: ANYBODY,
      limited: { own: 200, foreign: 403 },
      url: '/v1/kpis/net-revenue/figures?period=2024-03&unit=north',
      foreignUrl: '/v1/kpis/net-revenue/figures?period=2024-03&unit=south',
    },
  ],
  [
    'GET /v1/kpis/:code/vintages',
    {
      roles: ANYBODY,
      limited: { own: 200, foreign: 403 },
      url: '/v1/kpis/net-revenue/vintages?period=2024-03&unit=north',
      foreignUrl: '/v1/kpis/net-revenue/vintages?period=2024-03&unit=south',
    },
  ],
  [
    'GET /v1/scorecards/:scorecard',
    {
      roles: ANYBODY,
      limited: { own: 200, foreign: 403 },
      url: '/v1/scorecards/main?period=2024-03&unit=north',
      foreignUrl: '/v1/scorecards/main?period=2024-03',
      probe: '/v1/scorecards/other?period=2024-03',
    },
  ],
  ['GET /v1/schemas', metadata('/v1/schemas')],
  ['GET /v1/schemas/:type/:version', metadata('/v1/schemas/OrderPlaced/1')],
  ['GET /openapi.json', metadata('/openapi.json')],
  ['GET /metrics', { roles: ANYBODY, limited: 'refused', url: '/metrics' }],
  ['GET /health/live', { roles: 'open', limited: { own: 'as all' }, url: '/health/live' }],
  ['GET /health/ready', { roles: 'open', limited: { own: 'as all' }, url: '/health/ready' }],
]);

describe('who may come to a route', () => {
  let bench: ApiBench;
  beforeAll(async () => {
    bench = await ApiBench.open();
  });
  afterAll(() => bench.close());

  /** The status for a caller; a body that is refused comes after the question who is asking. */
  const status = async (route: string, url: string, auth: string | null): Promise<number> => {
    const [method] = route.split(' ') as [string];
    return (await bench.call(method, url, { auth, ...(method === 'GET' ? {} : { body: {} }) })).status;
  };

  it('is said for every route of the router, and for no other', () => {
    expect(Object.keys(ROWS).sort()).toEqual([...bench.routes].sort());
  });

  describe.each(Object.entries(ROWS))('%s', (route, { roles, limited, url, foreignUrl, probe = url }) => {
    if (roles === 'open') {
      it('is open', async () => {
        for (const [, auth] of await badTokens()) expect(await status(route, url, auth)).toBe(200);
      });
      return;
    }

    it('is closed to nobody, and to tokens that are none', async () => {
      for (const [what, auth] of await badTokens())
        expect([what, await status(route, url, auth)]).toEqual([what, 401]);
    });

    it('is open to its roles and closed to the others', async () => {
      const before = await bench.world.journal.head();
      expect(await status(route, probe, await token([]))).toBe(403);
      for (const role of ROLES) {
        const got = await status(route, probe, await token([role]));
        if (roles.includes(role)) expect([role, [401, 403].includes(got)]).toEqual([role, false]);
        else expect([role, got]).toEqual([role, 403]);
      }
      const outside = ROLES.filter((role) => !roles.includes(role));
      if (outside.length > 0) expect(await status(route, probe, await token(outside))).toBe(403);
      const both = await token([...outside.slice(0, 1), ...roles.slice(0, 1)]);
      expect([401, 403]).not.toContain(await status(route, probe, both));
      expect(await bench.world.journal.head()).toBe(before);
    });

    it('keeps a token that is limited to units to them', async () => {
      const north = await token(roles, { units: ['north'] });
      const everywhere = await token(roles, { units: ['root'] });
      if (limited === 'refused') {
        expect(await status(route, url, north)).toBe(403);
        return;
      }
      const all = await status(route, url, await token(roles));
      expect(await status(route, url, north)).toBe(limited.own === 'as all' ? all : limited.own);
      if (foreignUrl === undefined) return;
      expect(await status(route, foreignUrl, north)).toBe(limited.foreign);
      expect(await status(route, foreignUrl, everywhere)).toBe(200);
      expect(await status(route, url, await token(roles, { units: [] }))).toBe(limited.foreign);
    });
  });

  it('follows the tree: what hangs below a unit today belongs to it', async () => {
    const north = await token(['viewer'], { units: ['north'] });
    const ask = async (unit: string) =>
      (await bench.call('GET', `/v1/kpis/net-revenue/figures?period=2024&unit=${unit}`, { auth: north }))
        .status;
    const define = (unitId: string, parentId: string, effectiveFrom: string) =>
      bench.world.fact('UnitDefined', { unitId, name: unitId, parentId, effectiveFrom });
    await define('harbour', 'north', '2000-01-01');
    await define('quay', 'harbour', '2000-01-01');
    await bench.world.project();
    expect([await ask('harbour'), await ask('quay')]).toEqual([200, 200]);
    await define('harbour', 'south', '2020-01-01');
    await define('quay', 'north', '2999-01-01');
    await bench.world.project();
    expect([await ask('harbour'), await ask('quay')]).toEqual([403, 403]);
  });
});
