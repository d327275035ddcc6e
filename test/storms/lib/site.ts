import { appendFileSync, existsSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { inspect } from 'node:util';
import { issueToken } from '#access';
import { CommandRunner, References } from '#commands';
import { ensureRoot } from '#environment';
import { type Journal, openJournal } from '#journal';
import { openReadModels, type ReadModels } from '#read-models';
import { Child } from './child.ts';

/** The built processes, whether this file runs as source or built. */
const APPS = join(packageRoot(import.meta.dirname), 'dist', 'apps');
const SECRET = 'the secret of the storms, long enough for HS256';

export type Role = 'stores' | 'api' | 'projector';

export interface Uris {
  readonly eventStoreUri: string;
  readonly mongoUri: string;
}

/**
 * Quadrant on one machine as `quadrant start` runs it: embedded stores, api and projector, each a process of its own
 * from built files. A role that is started again has the address it had.
 */
export class Site {
  readonly directory: string;
  readonly token: string;
  readonly #children = new Map<Role, Child>();
  readonly #through: (uris: Uris) => Promise<Uris>;
  #stores: Uris | undefined;
  /** What api and projector are told: the stores, or a network in front of them. */
  #uris: Uris | undefined;
  #apiUrl: string | undefined;
  #journal: Journal | undefined;
  #readModels: ReadModels | undefined;

  private constructor(directory: string, token: string, through: (uris: Uris) => Promise<Uris>) {
    this.directory = directory;
    this.token = token;
    this.#through = through;
  }

  static async open(
    directory: string,
    through: (uris: Uris) => Promise<Uris> = async (uris) => uris,
  ): Promise<Site> {
    mkdirSync(directory, { recursive: true });
    const token = await issueToken(Buffer.from(SECRET), {
      subject: 'storm',
      roles: ['steward', 'viewer', 'auditor'],
      expiresIn: '10h',
    });
    const site = new Site(directory, token, through);
    await site.start('stores');
    const stores = site.stores;
    site.#uris = await site.#through(stores);
    site.#journal = openJournal({
      uri: stores.eventStoreUri,
      totalTimeoutMs: 60_000,
      logger: { warn: (details, sentence) => site.#note(sentence, details) },
    });
    await ensureRoot(
      new CommandRunner({ journal: site.#journal, references: new References(site.#journal) }),
      { actor: 'first-start', now: new Date() },
    );
    await Promise.all([site.start('api'), site.start('projector')]);
    site.#readModels = await openReadModels({ uri: stores.mongoUri, code: 'storm' });
    return site;
  }

  /** The addresses of the stores themselves. */
  get stores(): Uris {
    if (!this.#stores) throw new Error('the stores have not been started');
    return this.#stores;
  }

  get apiUrl(): string {
    if (this.#apiUrl === undefined) throw new Error('the api has not been started');
    return this.#apiUrl;
  }

  /** A way to the log beside the application, for checks. */
  get journal(): Journal {
    if (!this.#journal) throw new Error('the site is not open');
    return this.#journal;
  }

  get readModels(): ReadModels {
    if (!this.#readModels) throw new Error('the site is not open');
    return this.#readModels;
  }

  /** Starts a role and waits until it is ready or has ended; tells which. */
  async start(role: Role, crashAt?: string): Promise<Child> {
    const child = new Child({ ...this.#orderOf(role), ...this.#log(role, crashAt) });
    this.#children.set(role, child);
    const ready = await child.ready();
    if (!ready) {
      const { code, signal } = await child.ended;
      if (crashAt === undefined)
        throw new Error(`${role} ended before it was ready (${signal ?? `code ${code}`})`);
    } else if (role === 'stores') {
      this.#stores ??= { eventStoreUri: String(ready['eventStoreUri']), mongoUri: String(ready['mongoUri']) };
    } else if (role === 'api') {
      this.#apiUrl ??= String(ready['url']);
    }
    return child;
  }

  /** Another process of a role beside the first one; it is the caller's to end. */
  async another(role: 'projector'): Promise<Child> {
    const child = new Child({ ...this.#orderOf(role), ...this.#log(`another-${role}`) });
    if (!(await child.ready())) throw new Error(`another ${role} ended before it was ready`);
    return child;
  }

  /** Starts a verb of the command line. */
  verb(args: readonly string[], crashAt?: string): Child {
    const file = join(APPS, 'cli', 'src', 'main.js');
    return new Child({ name: 'cli', file, args, ...this.#log('cli', crashAt) });
  }

  child(role: Role): Child {
    const child = this.#children.get(role);
    if (!child) throw new Error(`${role} has not been started`);
    return child;
  }

  async close(): Promise<void> {
    await this.#readModels?.close();
    await this.#journal?.close();
    for (const role of ['projector', 'api', 'stores'] as const)
      await this.#children.get(role)?.end('SIGTERM');
  }

  /** What the storm's own process has to say. */
  #note(sentence: string, details: object): void {
    appendFileSync(
      join(this.directory, 'storm.log'),
      `${new Date().toISOString()} ${sentence} ${inspect(details)}\n`,
    );
  }

  #orderOf(role: Role) {
    const args =
      role === 'stores' ? ['--plain', '--data', this.directory, ...portArguments(this.#stores)] : [];
    return { name: role, file: join(APPS, role, 'src', 'main.js'), args };
  }

  #log(name: string, crashAt?: string) {
    return {
      log: join(this.directory, `${name}.log`),
      env: {
        QUADRANT_DATA: this.directory,
        QUADRANT_JWT_SECRET: SECRET,
        PORT: this.#apiUrl === undefined ? '0' : new URL(this.#apiUrl).port,
        ...(this.#uris ? { ESDB_URL: this.#uris.eventStoreUri, MONGODB_URI: this.#uris.mongoUri } : {}),
        ...(crashAt === undefined ? {} : { CRASH_AT: crashAt }),
      },
    };
  }
}

function portArguments(stores: Uris | undefined): string[] {
  if (!stores) return [];
  const port = (uri: string) => new URL(uri.replace(/^[a-z]+:/, 'http:')).port;
  return ['--eventstore-port', port(stores.eventStoreUri), '--mongodb-port', port(stores.mongoUri)];
}

function packageRoot(directory: string): string {
  return existsSync(join(directory, 'package.json')) ? directory : packageRoot(dirname(directory));
}
