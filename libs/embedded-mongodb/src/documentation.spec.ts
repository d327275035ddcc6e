import { readFileSync, writeFileSync } from 'node:fs';
import { supported } from '../test/supported.ts';

/**
 * Goal: the documentation says what the code does.
 * Method: the list in docs/embedded-mongodb.md is made from the code's tables; `UPDATE_DOCS=1` writes it again.
 */
const FILE = new URL('../../../docs/embedded-mongodb.md', import.meta.url);
const [BEGIN, END] = ['<!-- generated: supported -->', '<!-- end -->'];

it('lists what is supported as the tables of the code have it', () => {
  const text = readFileSync(FILE, 'utf8');
  const [head, rest] = text.split(BEGIN) as [string, string];
  const [committed, tail] = rest.split(END) as [string, string];
  const made = `\n${supported()}`;
  if (process.env['UPDATE_DOCS']) writeFileSync(FILE, `${head}${BEGIN}${made}${END}${tail}`);
  else expect(committed).toBe(made);
});
