import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CRASH_POINTS } from '#crash-points';
import { VICTIMS } from './lib/crash-points.ts';

/** Goal: no crash point is forgotten by the storm, and none is listed that the code does not pass. */
const ROOT = join(import.meta.dirname, '..', '..');

function sources(): string[] {
  return ['libs', 'apps'].flatMap((room) =>
    readdirSync(join(ROOT, room), { recursive: true, encoding: 'utf8' })
      .filter((file) => /\.ts$/.test(file) && !/\.(spec|testkit)\.ts$/.test(file))
      .map((file) => join(ROOT, room, file))
      .filter((file) => !/libs\/crash-points\/|\/crash-point\.ts$/.test(file)),
  );
}

/** Names at calls of crashPoint, and in tables of type CrashPoint that such a call looks up. */
function namesInCode(): string[] {
  const names = new Set<string>();
  for (const file of sources()) {
    const text = readFileSync(file, 'utf8');
    if (!text.includes('crashPoint(')) continue;
    for (const [, name] of text.matchAll(/crashPoint\('([^']+)'\)/g)) names.add(name as string);
    for (const [, table] of text.matchAll(/CrashPoint>> = \{([^}]*)\}/g))
      for (const [, name] of (table as string).matchAll(/'([^']+)'/g)) names.add(name as string);
  }
  return [...names].sort();
}

it('the crash points in the code are those that the kill storm knows', () => {
  expect(namesInCode()).toEqual(Object.keys(VICTIMS).sort());
});

it('those of the application are listed in one place', () => {
  const own = Object.keys(VICTIMS).filter((name) => !/^(eventstore|mongodb)\./.test(name));
  expect([...CRASH_POINTS].sort()).toEqual(own.sort());
});
