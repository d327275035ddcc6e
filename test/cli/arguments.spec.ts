import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Random } from '../storms/lib/random.ts';
import { quadrant } from './quadrant.ts';

/** Goal: wrong arguments get a clear sentence and exit code 2, nothing to talk to gets 3, and nobody sees a stack trace. */
const SEED = Number(process.env['FUZZ_SEED'] ?? 1);
const GENERATED = Number(process.env['FUZZ_ARGUMENTS'] ?? 12);
/** A process for each line: a loaded machine takes its time. */
const TIME_MS = 120_000;
const NOWHERE = {
  ESDB_URL: 'esdb://127.0.0.1:1?tls=false',
  MONGODB_URI: 'mongodb://127.0.0.1:1/?serverSelectionTimeoutMS=500',
};

describe('the arguments of quadrant', () => {
  let directory = '';
  let file = '';
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'quadrant-cli-'));
    file = join(directory, 'rows.csv');
    writeFileSync(file, 'id,day,amount\n');
    writeFileSync(join(directory, 'broken.json'), '{');
  });
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  const run = (args: readonly string[], environment: Readonly<Record<string, string>> = {}) =>
    quadrant(
      args.map((argument) => argument.replace('DIR', directory)),
      { QUADRANT_DATA: join(directory, 'data'), ...environment },
    );

  it.each<[string, number, RegExp, Record<string, string>?]>([
    ['', 2, /Usage: quadrant/],
    ['dance', 2, /unknown command 'dance'/],
    ['figures --period 1997', 2, /missing required argument 'kpi'/],
    ['figures net-revenue', 2, /--period/],
    ['figures net-revenue --period 1997 --surprise', 2, /unknown option '--surprise'/],
    ['figures net-revenue --period 1997 --known-at yesterday', 2, /yesterday/],
    ['figures net-revenue --period 1997', 3, /npm start/],
    ['scorecard --period 1997', 3, /npm start/],
    ['scorecard --period 1997', 3, /./, NOWHERE],
    ['status', 3, /npm start/],
    ['doctor', 3, /NO {3}stores/],
    ['reperform --at head --period 1997', 3, /npm start/],
    ['rebuild everything', 2, /There is no dimension "everything"/],
    ['rebuild all', 3, /npm start/],
    ['token', 2, /--role/],
    ['token --role king', 2, /king/],
    ['token --role viewer --expires-in tomorrow', 2, /--expires-in must be a time/],
    ['import DIR/nothing.csv --mapping DIR/broken.json', 2, /There is no file .*nothing\.csv/],
    ['import DIR/rows.csv --mapping DIR/nothing.json', 2, /There is no file .*nothing\.json/],
    ['import DIR/rows.csv --mapping DIR/broken.json', 2, /not JSON/],
    ['import DIR/rows.csv --mapping DIR/broken.json --with rows', 2, /--with needs alias=path/],
    ['start --port 99999', 2, /PORT must be a number/],
    ['stores --eventstore-port x', 2, /--eventstore-port must be a number/],
    ['stores --only paper', 2, /paper/],
    ['status', 2, /both ESDB_URL and MONGODB_URI/, { ESDB_URL: 'esdb://x' }],
    ['status', 2, /LOG_LEVEL must be one of/, { LOG_LEVEL: 'loud' }],
    ['status', 2, /at least 32 characters/, { QUADRANT_JWT_SECRET: 'short' }],
  ])(
    '%s → %i',
    async (line, code, sentence, environment = {}) => {
      const ended = await run(line.split(' ').filter(Boolean), environment);
      expect({ ...ended, said: `${ended.stdout}${ended.stderr}` }).toMatchObject({
        code,
        said: expect.stringMatching(sentence),
      });
      expect(ended.stderr).not.toMatch(/^\s+at .*:\d+/m);
    },
    TIME_MS,
  );

  it(
    'prints a token and nothing else',
    async () => {
      const { code, stdout, stderr } = await run(['token', '--role', 'viewer', 'steward', '--unit', 'north']);
      expect([code, stderr]).toEqual([0, '']);
      expect(stdout).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/);
    },
    TIME_MS,
  );

  it(`whatever they are, end in a sentence and a code that is documented (${GENERATED} lines, seed ${SEED})`, async () => {
    const random = new Random(SEED);
    const lines = Array.from({ length: GENERATED }, () => generated(random));
    const failures: string[] = [];
    const queue = lines.values();
    const worker = async () => {
      for (const args of queue) {
        const { code, stdout, stderr } = await run(args);
        const bad =
          code === null ||
          code > 3 ||
          /^\s+at .*:\d+/m.test(stderr) ||
          (code !== 0 && `${stdout}${stderr}`.trim() === '');
        if (bad) failures.push(`${JSON.stringify(args)} → ${code}: ${stderr}`);
      }
    };
    await Promise.all([worker(), worker(), worker()]);
    expect(failures).toEqual([]);
  }, 300_000);
});

const VERBS = [
  ['figures', 'net-revenue', '--period', '1997'],
  ['scorecard', '--period', '1997'],
  ['status'],
  ['reperform', '--at', 'head', '--period', '1997'],
  ['rebuild', 'all'],
  ['token', '--role', 'viewer'],
  ['import', '/dev/null', '--mapping', '/dev/null'],
  ['doctor'],
  ['help'],
  ['x'],
];
const OPTIONS = [
  '--period',
  '--unit',
  '--segment',
  '--known-at',
  '--policy',
  '--total',
  '--json',
  '--at',
  '--kpi',
  '--role',
  '--sub',
  '--expires-in',
  '--mapping',
  '--with',
  '--dry-run',
  '--help',
  '--version',
  '--',
  '-',
  '--period=',
  '--no-demo',
];
const WORDS = [
  '',
  ' ',
  'root',
  'viewer',
  '1997',
  '1997-Q5',
  '-1',
  '1e9',
  '99999999999999999999',
  '2024-02-30',
  '__proto__',
  'constructor',
  'a=b',
  '=',
  '\u202e',
  '蓝湖',
  '💣',
  'x'.repeat(5_000),
  '../../etc',
  '/dev/null',
  '/',
  '/proc/self/mem',
  '{}',
  '%00',
  '12h',
  '\n',
];

/** A verb with what it needs, then anything. No other data directory: a token would be made there. */
function generated(random: Random): string[] {
  const args = [...random.pick(VERBS)];
  for (let words = random.below(5); words > 0; words--) {
    if (random.chance(60)) args.push(random.pick(OPTIONS), random.pick(WORDS));
    else args.push(random.pick(random.chance(50) ? OPTIONS : WORDS));
  }
  return args;
}
