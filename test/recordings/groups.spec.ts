import { EventStoreDBClient } from '@eventstore/db-client';
import { type EventStoreUnderTest, openEventStoreOfGroups, TURN_TIMEOUT_MS } from '../lib/event-store.ts';
import { PATIENCE } from './group-steps.ts';
import { firstDifference, play } from './player.ts';
import { readRecording } from './scenario.ts';

/**
 * Goal: persistent subscriptions of the embedded store answer as those of a real EventStoreDB did.
 * Method: 74 random scenarios, recorded against EventStoreDB 24.6.0, played one at a time; every step's outcome and the log at
 * the end are compared. `ESDB_URL` names another server to play against.
 */
const { server, scenarios } = await readRecording('groups');
// A store in this process makes nobody wait for a first delivery as a server that starts a group may.
const patience = process.env['ESDB_URL'] ? PATIENCE : { ...PATIENCE, first: 1000, quiet: 250 };
let store: EventStoreUnderTest;
let client: EventStoreDBClient;

beforeAll(async () => {
  store = await openEventStoreOfGroups();
  client = EventStoreDBClient.connectionString(store.uri);
}, TURN_TIMEOUT_MS);
afterAll(async () => {
  await client.dispose();
  await store.close();
});

it('has all recorded scenarios', () => {
  expect(scenarios).toHaveLength(74);
  for (const { steps, outcomes } of scenarios) expect(outcomes).toHaveLength(steps.length + 1);
});

describe(`groups answered by ${server}`, () => {
  it.each(scenarios.map((scenario) => [scenario.name, scenario] as const))('%s', async (_name, scenario) => {
    expect(firstDifference(scenario, await play(client, scenario, patience))).toBeUndefined();
  });
});

describe('the player', () => {
  const scenario = scenarios.find(({ steps }) => steps.some(({ op }) => op === 'consume'));
  it('finds a delivery that was another one', async () => {
    if (!scenario) throw new Error('no scenario consumes');
    const outcomes = await play(client, scenario, patience);
    const step = scenario.steps.findIndex(({ op }) => op === 'consume');
    const changed = outcomes.map((outcome, i) => (i === step ? { delivered: [] } : outcome));
    expect(firstDifference(scenario, changed)).toMatchObject({ step });
  });
});
