import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/**
 * Goal: the boundaries hold, and a fence that sees nothing is noticed.
 * Method: each rule gets a violation planted in an empty copy of the layout; dependency-cruiser has to name the rule.
 */
const root = join(import.meta.dirname, '..', '..');

function rulesBroken(files: Readonly<Record<string, string>>): string[] {
  const copy = mkdtempSync(join(tmpdir(), 'quadrant-fence-'));
  try {
    for (const file of ['.dependency-cruiser.js', 'package.json', 'tsconfig.json'])
      cpSync(join(root, file), join(copy, file));
    symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
    mkdirSync(join(copy, 'apps'));
    for (const [file, text] of Object.entries(files)) {
      mkdirSync(dirname(join(copy, file)), { recursive: true });
      writeFileSync(join(copy, file), text);
    }
    const run = spawnSync(
      process.execPath,
      [
        join(root, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs'),
        '--config',
        '.dependency-cruiser.js',
        '--output-type',
        'json',
        'apps',
        'libs',
      ],
      { cwd: copy, encoding: 'utf8' },
    );
    const report = JSON.parse(run.stdout) as {
      summary: { violations: { rule: { name: string } }[]; totalCruised: number };
    };
    expect(report.summary.totalCruised).toBeGreaterThan(0);
    return [...new Set(report.summary.violations.map(({ rule }) => rule.name))];
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

const anything = 'export const anything = 1;\n';
const imports = (from: string) => `import { anything } from '${from}';\nexport const other = anything;\n`;

describe('the fence reports', () => {
  it.each<[string, Record<string, string>]>([
    [
      'no-cycles',
      {
        'libs/scorecard/src/a.ts': imports('./b.ts'),
        'libs/scorecard/src/b.ts': "import { other } from './a.ts';\nexport const anything = other;\n",
      },
    ],
    ['no-unresolved', { 'libs/scorecard/src/a.ts': imports('./missing.ts') }],
    [
      'kernel-depends-on-nothing',
      {
        'libs/kernel/src/a.ts': imports('../../contracts/src/index.ts'),
        'libs/contracts/src/index.ts': anything,
      },
    ],
    [
      'contracts-depend-on-kernel',
      {
        'libs/contracts/src/a.ts': imports('../../journal/src/index.ts'),
        'libs/journal/src/index.ts': anything,
      },
    ],
    [
      'eventstore-only-in-journal',
      {
        'libs/intake/src/a.ts':
          "import { START } from '@eventstore/db-client';\nexport const other = START;\n",
      },
    ],
    [
      'mongodb-only-in-read-models',
      { 'libs/intake/src/a.ts': "import { Long } from 'mongodb';\nexport const other = Long;\n" },
    ],
    [
      'lmdb-only-in-embedded-stores',
      { 'libs/intake/src/a.ts': "import { open } from 'lmdb';\nexport const other = open;\n" },
    ],
    [
      'embedded-stores-stand-alone',
      {
        'libs/embedded-mongodb/src/a.ts': imports('../../kernel/src/index.ts'),
        'libs/kernel/src/index.ts': anything,
      },
    ],
    [
      'rules-are-pure',
      {
        'libs/growth/src/decider.ts':
          "import { Module } from '@nestjs/common';\nexport const other = Module;\n",
      },
    ],
    [
      'reperformance-is-independent',
      {
        'libs/reperformance/src/a.ts': imports('../../scorecard/src/index.ts'),
        'libs/scorecard/src/index.ts': anything,
      },
    ],
    [
      'rooms-by-their-public-file',
      {
        'libs/intake/src/a.ts': imports('../../kernel/src/decimal.ts'),
        'libs/kernel/src/decimal.ts': anything,
      },
    ],
    [
      'libs-do-not-import-apps',
      { 'libs/intake/src/a.ts': imports('../../../apps/api/src/b.ts'), 'apps/api/src/b.ts': anything },
    ],
  ])('%s', (rule, files) => {
    expect(rulesBroken(files)).toContain(rule);
  });

  it('nothing where nothing is wrong', () => {
    expect(
      rulesBroken({
        'libs/kernel/src/index.ts': anything,
        'libs/intake/src/a.ts': imports('../../kernel/src/index.ts'),
      }),
    ).toEqual([]);
  });
});
