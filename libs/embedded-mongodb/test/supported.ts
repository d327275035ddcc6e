import { TYPE, typeName } from '../src/bson/value.ts';
import { INDEX_OPTIONS } from '../src/commands/collections.ts';
import { COMMANDS, ENDS } from '../src/commands/commands.ts';
import { COMMON_OPTIONS } from '../src/commands/row.ts';
import { ACCUMULATORS } from '../src/query/group.ts';
import { LOGIC } from '../src/query/matcher.ts';
import { STAGES } from '../src/query/pipeline.ts';
import { OPERATORS } from '../src/query/tests.ts';
import { MODIFIERS } from '../src/update/modifiers.ts';

const code = (names: readonly string[]) => names.map((name) => `\`${name}\``).join(' ');

/** The closed subset as a page of documentation has it, from the tables that the code runs by. */
export function supported(): string {
  const rows = Object.entries(COMMANDS)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(
      ([name, { options, refused = [], inTransaction }]) =>
        `| \`${name}\` | ${code(options)} | ${code(refused)} | ${inTransaction ? 'yes' : ''} |`,
    );
  return [
    '### Commands',
    '`hello` `isMaster` (also as OP_QUERY) and:',
    '',
    '| command | options | refused options | in transactions |',
    '|---|---|---|---|',
    ...rows,
    ...ENDS.map((name) => `| \`${name}\` | | | ends one |`),
    '',
    `Every command takes ${code(COMMON_OPTIONS)}.`,
    'A refused option is taken where it asks for what the store does anyway (a false flag, an empty document, the collation `simple`).',
    '',
    '### Filters',
    `${code(Object.keys(LOGIC))} \`$comment\` ${code(Object.keys(OPERATORS))}`,
    '',
    'Patterns: literals, escaped punctuation, `.`, one `.*`, `^` at the beginning, `$` at the end; options `i` and `s`.',
    '',
    '### Updates',
    `Replacements, and ${code([...Object.keys(MODIFIERS), '$rename'])}; \`$push\` with \`$each\` and \`$slice\`, \`$addToSet\` with \`$each\`.`,
    'Positional paths (`$`, `$[]`), array filters and pipelines are refused.',
    '',
    '### Pipelines',
    `${code(Object.keys(STAGES))}; in \`$group\`: ${code(Object.keys(ACCUMULATORS))} over paths, constants and documents of these.`,
    '`$project` includes or excludes fields.',
    '',
    '### Indexes',
    `Ascending, descending, compound, over arrays; options ${code(INDEX_OPTIONS)}. Partial, sparse, text, hashed, geo, wildcard and expiring indexes are refused. A key has 1,900 bytes at most.`,
    '',
    '### Types',
    code(Object.values(TYPE).map(typeName)),
    '',
  ].join('\n');
}
