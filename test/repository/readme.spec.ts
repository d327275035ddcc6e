import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Quadrant, quadrant } from '../cli/quadrant.ts';

/**
 * Goal: what the README shows is what a reader gets.
 * Method: its first walk, with its own commands, against a demo company that the CLI starts in an empty directory. Apart
 * from tokens, positions, times, digests and the runtime's zone rules, its samples are compared as they stand.
 */
const README = readFileSync(join(import.meta.dirname, '..', '..', 'README.md'), 'utf8');
const WALK = README.slice(README.indexOf('## A first walk'), README.indexOf('## Commands'));

/** The arguments of `npm run -s quadrant -- …` commands in a text. */
function commandsIn(text: string): string[][] {
  return [...text.matchAll(/npm run -s quadrant -- ([^`)\n]+)/g)].map(([, line]) =>
    (line as string).trim().split(/\s+/),
  );
}

function block(after: string): string {
  const from = WALK.indexOf('```', WALK.indexOf(after));
  return WALK.slice(WALK.indexOf('\n', from) + 1, WALK.indexOf('\n```', from));
}

// biome-ignore lint/suspicious/noExplicitAny: the shape is what is compared
type Answer = any;

describe('the first walk of the README', () => {
  let directory = '';
  let running: Quadrant;
  let url = '';

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'quadrant-readme-'));
    running = new Quadrant(['start', '--data', directory, '--port', '0'], {});
    url = (await running.says(/Quadrant is ready after [\d.]+ s at (http:\S+)/))[1] as string;
  }, 600_000);
  afterAll(async () => {
    const { code } = await running.stop('SIGINT');
    expect(code).toBe(0);
    rmSync(directory, { recursive: true, force: true });
  }, 60_000);

  const run = (args: readonly string[]) => quadrant([...args, '--data', directory], {});
  const tokens = commandsIn(WALK).filter(([verb]) => verb === 'token') as [string[], string[]];
  const authorised = async (args: readonly string[]) => {
    const { code, stdout } = await run(args);
    expect(code).toBe(0);
    return { authorization: `Bearer ${stdout.trim()}` };
  };
  /** The addresses that the walk asks with curl, at the port of this start. */
  const addresses = [...WALK.matchAll(/http:\/\/127\.0\.0\.1:3000(\/[^\s']+)/g)].map(
    ([, path]) => path as string,
  );
  const known = (answer: Answer) => ({
    ...answer,
    digest: answer.digest.replace(/[0-9a-f]{64}$/, '…'),
    coordinates: {
      ...answer.coordinates,
      code: answer.coordinates.code.replace(/ tz\/.*/, ''),
      knownAt: Object.keys(answer.coordinates.knownAt),
    },
  });

  it('prints a token and a figure to begin with, and both work', async () => {
    const [, token] = await running.says(/TOKEN=(\S+)/);
    const [, shown] = await running.says(/'(http:\S+)'/);
    const answer = await fetch(shown as string, { headers: { authorization: `Bearer ${token}` } });
    expect(answer.status).toBe(200);
  });

  it('gives the figure of the sample, again with the same bytes at the same coordinates', async () => {
    const headers = await authorised(tokens[0]);
    const answer = await (await fetch(`${url}${addresses[0]}`, { headers })).text();
    expect(known(JSON.parse(answer))).toEqual(
      known(JSON.parse(block('<!-- sample: net-revenue 1997-Q1 -->'))),
    );
    const { position } = JSON.parse(answer).coordinates.knownAt;
    expect(await (await fetch(`${url}${addresses[0]}&knownAt=${position}`, { headers })).text()).toBe(answer);
  });

  it('prints the card of the sample', async () => {
    const shown = block('The whole card on the command line').split('\n');
    const [args] = commandsIn(shown[0] as string) as [string[]];
    const { code, stdout } = await run(args);
    expect(code).toBe(0);
    const lines = new Set(stdout.split('\n').map((line) => line.trimEnd()));
    expect(shown.slice(1).filter((line) => !lines.has(line.trimEnd()))).toEqual([]);
    expect(shown.length).toBeGreaterThan(5);
  });

  it('refuses the fact of the sample by name, and writes nothing', async () => {
    const headers = { ...(await authorised(tokens[1])), 'content-type': 'application/json' };
    const [, body] = WALK.match(/-d '(\{[\s\S]+?\})'/) ?? [];
    const json = async (path: string, given: RequestInit = {}): Promise<Answer> =>
      (await (await fetch(`${url}${path}`, given)).json()) as Answer;
    const head = async () => (await json('/health/ready')).head;
    const before = await head();
    const answer = await json(addresses[1] as string, { method: 'POST', headers, body: body as string });
    const [result] = answer.results;
    expect([answer.results.length, result.status]).toEqual([1, 'refused']);
    expect(result.problem.errors.map(({ field }: { field: string }) => field).sort()).toEqual([
      'lines[0].qty',
      'orderedOn',
    ]);
    expect(await head()).toBe(before);
  });

  it('recomputes the figure from the raw log with the same digest, and finds everything well', async () => {
    const [args] = commandsIn(WALK).filter(([verb]) => verb === 'reperform') as [string[]];
    const { code, stdout } = await run([...args, '--kpi', 'net-revenue']);
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^1 of 1 figures have the same digest/)]);
    expect((await run(['status'])).code).toBe(0);
    expect(await run(['doctor'])).toMatchObject({ code: 0 });
  });

  it('names every verb that there is, and no other', async () => {
    const { stdout } = await quadrant(['--help'], {});
    const verbs = [...stdout.matchAll(/^ {2}(\w+) /gm)]
      .map(([, verb]) => verb as string)
      .filter((verb) => verb !== 'help');
    const table = README.slice(README.indexOf('## Commands'), README.indexOf('Run as `npm run'));
    for (const verb of verbs) expect(table).toMatch(new RegExp(`\`${verb}[ \`]`));
    for (const [, verb] of table.matchAll(/`(\w+)[ `]/g)) expect(verbs).toContain(verb);
  });
});
