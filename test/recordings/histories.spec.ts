import { EventStoreDBClient } from '@eventstore/db-client';
import { type EventStoreUnderTest, openEventStore } from '../lib/event-store.ts';
import { firstDifference, play } from './player.ts';
import { readRecording } from './scenario.ts';

/**
 * Goal: the embedded store answers as a real EventStoreDB did.
 * Method: 300 random histories, recorded against EventStoreDB 24.6.0, played one at a time; every step's outcome and the log
 * at the end are compared. `ESDB_URL` names another server to play against.
 */
const { server, scenarios } = await readRecording('histories');
let store: EventStoreUnderTest;
let client: EventStoreDBClient;

beforeAll(async () => {
  store = await openEventStore();
  client = EventStoreDBClient.connectionString(store.uri);
});
afterAll(async () => {
  await client.dispose();
  await store.close();
});

it('has all recorded histories', () => {
  expect(scenarios).toHaveLength(300);
  for (const { steps, outcomes } of scenarios) expect(outcomes).toHaveLength(steps.length + 1);
});

describe(`histories answered by ${server}`, () => {
  it.each(scenarios.map((scenario) => [scenario.name, scenario] as const))('%s', async (_name, scenario) => {
    expect(firstDifference(scenario, await play(client, scenario))).toBeUndefined();
  });
});

describe('the player', () => {
  const scenario = scenarios.find(({ steps }) => steps.some(({ op }) => op === 'append'));
  it('finds a step that was answered differently', async () => {
    if (!scenario) throw new Error('no scenario appends');
    const outcomes = await play(client, scenario);
    const step = scenario.steps.findIndex(({ op }) => op === 'append');
    const changed = outcomes.map((outcome, i) => (i === step ? { ...outcome, next: '777' } : outcome));
    expect(firstDifference(scenario, changed)).toMatchObject({ step });
    expect(firstDifference(scenario, outcomes.slice(0, -1))).toMatchObject({ step: scenario.steps.length });
  });
});
