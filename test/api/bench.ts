import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import pino from 'pino';
import { type Identity, issueToken, type Role } from '#access';
import { type AppOptions, createApp } from '../../apps/api/src/app.ts';
import { World } from '../acceptance/world.ts';

const SECRET = Buffer.from('a secret of the tests, long enough for HS256');

/** A mapping of bank statements with the columns id, day and amount. */
export const STATEMENTS = {
  name: 'statements',
  source: { system: 'bank' },
  files: { rows: { format: 'csv' } },
  main: 'rows',
  events: [
    {
      type: 'CashMoved',
      id: '{id}',
      data: {
        movementId: '{id}',
        valueDate: { date: '{day}' },
        amount: { decimal: '{amount}' },
        currency: 'EUR',
        activity: 'operating',
        category: 'receipts',
      },
    },
  ],
};

/** What a test sends: `auth` null sends no token, absent a steward's. */
export interface Sent {
  readonly auth?: string | null;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Answered {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: a test says what it expects of an answer
  readonly json: any;
}

/** The HTTP application on a company of its own, with units north and south below root, and a customer in each. */
export class ApiBench {
  readonly world: World;
  readonly app: NestFastifyApplication;
  /** `GET /v1/kpis`, as the router took them. */
  readonly routes: readonly string[];
  readonly #steward: string;

  private constructor(world: World, app: NestFastifyApplication, routes: readonly string[], steward: string) {
    this.world = world;
    this.app = app;
    this.routes = routes;
    this.#steward = steward;
  }

  static async open(): Promise<ApiBench> {
    const world = await World.open();
    const routes: string[] = [];
    const app = await createApp({
      ...optionsOf(world),
      onRoute: ({ method, url }) => {
        if (method !== 'HEAD') routes.push(`${method} ${url}`);
      },
    });
    await world.record(
      ...['north', 'south'].map((unitId) => ({
        type: 'UnitDefined',
        data: { unitId, name: unitId, parentId: 'root', effectiveFrom: '1990-01-01' },
      })),
    );
    for (const [customerId, homeUnitId] of [
      ['C1', 'north'],
      ['C2', 'south'],
    ] as const)
      await world.fact('CustomerRegistered', {
        customerId,
        name: 'Blauer See 蓝湖',
        kind: 'transactional',
        homeUnitId,
        registeredOn: '2024-01-01',
        externalIds: [],
      });
    await world.project();
    return new ApiBench(world, app, routes, await token(['steward']));
  }

  async close(): Promise<void> {
    await this.app.close();
    await this.world.close();
  }

  async call(
    method: string,
    url: string,
    { auth = this.#steward, body, headers = {} }: Sent = {},
  ): Promise<Answered> {
    const answer = await this.app.inject({
      method: method as 'GET',
      url,
      headers: {
        ...(auth === null ? {} : { authorization: `Bearer ${auth}` }),
        ...(typeof body === 'string' ? { 'content-type': 'application/json' } : {}),
        ...headers,
      },
      ...(body === undefined ? {} : { payload: body as object }),
    });
    return {
      status: answer.statusCode,
      headers: answer.headers,
      text: answer.body,
      json: /json/.test(String(answer.headers['content-type'])) ? answer.json() : undefined,
    };
  }
}

export function optionsOf({ journal, readModels }: Pick<World, 'journal' | 'readModels'>): AppOptions {
  return { journal, readModels, keys: { secret: SECRET }, log: pino({ level: 'silent' }) };
}

/** A token as `quadrant token` prints it. `key`: signed with another one. */
export function token(
  roles: readonly Role[],
  {
    expiresIn,
    units,
    key = SECRET,
  }: { expiresIn?: string; units?: readonly string[]; key?: Uint8Array } = {},
): Promise<string> {
  const identity: Identity = { subject: 'tester', roles, ...(units === undefined ? {} : { units }) };
  return issueToken(key, { ...identity, ...(expiresIn === undefined ? {} : { expiresIn }) });
}

/** Tokens that must open no door, by what is wrong with them. */
export async function badTokens(): Promise<readonly (readonly [string, string | null])[]> {
  const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const good = await token(['admin']);
  const [head, claims, signature] = good.split('.') as [string, string, string];
  const claimed = { sub: 'tester', roles: ['admin'], aud: 'quadrant', exp: 9_999_999_999 };
  return [
    ['no token', null],
    ['no JWT', 'x.y.z'],
    ['expired', await token(['admin', 'steward'], { expiresIn: '-1s' })],
    [
      'another key',
      await token(['admin', 'steward'], { key: Buffer.from('another secret that is also long enough') }),
    ],
    ['alg none', `${encoded({ alg: 'none' })}.${encoded(claimed)}.`],
    ['alg none, signed', `${encoded({ alg: 'none' })}.${claims}.${signature}`],
    ['other claims under the signature', `${head}.${encoded(claimed)}.${signature}`],
  ];
}
