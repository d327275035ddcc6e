import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The version of the code that computed a figure: part of its coordinates. Zone rules come with the runtime, so they are named too. */
export function codeVersion(): string {
  // From src and from dist/apps/api/src alike, the package lies where package.json is found going up.
  for (let directory = import.meta.dirname; ; directory = join(directory, '..')) {
    try {
      const { name, version } = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8')) as {
        name: string;
        version: string;
      };
      if (name === 'quadrant') return `quadrant/${version} tz/${process.versions.tz ?? 'unknown'}`;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
    if (directory === join(directory, '..'))
      throw new Error('package.json of Quadrant was not found above the code');
  }
}
