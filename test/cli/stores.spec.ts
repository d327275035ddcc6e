import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Quadrant, quadrant } from './quadrant.ts';

/** Each step is a process of its own: a loaded machine takes its time. */
const TIME_MS = 240_000;

/** Goal: `quadrant stores` says where the stores are, ends cleanly, and keeps a second one away from its directory. */
describe('quadrant stores', () => {
  let directory = '';
  const running: Quadrant[] = [];
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'quadrant-stores-'));
  });
  afterEach(async () => {
    for (const each of running.splice(0)) await each.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  const start = async (...args: string[]): Promise<Quadrant> => {
    const stores = new Quadrant(['stores', '--data', directory, ...args], {});
    running.push(stores);
    await stores.says(/^ready$/m);
    return stores;
  };

  it.each(['SIGTERM', 'SIGINT'] as const)(
    'says where they are, and ends at %s; the directory is free again',
    async (signal) => {
      const stores = await start();
      const [, eventStorePort] =
        stores.stdout.match(/^ESDB_URL=esdb:\/\/127\.0\.0\.1:(\d+)\?tls=false$/m) ?? [];
      const [, mongoPort] = stores.stdout.match(/^MONGODB_URI=mongodb:\/\/127\.0\.0\.1:(\d+)\//m) ?? [];
      expect([await listens(eventStorePort), await listens(mongoPort)]).toEqual([true, true]);

      const second = await quadrant(['stores', '--data', directory], {});
      expect(second.code).toBe(1);
      expect(second.stderr).toMatch(new RegExp(`in use by process ${stores.process.pid}`));
      expect(second.stdout).toBe('');
      expect(await listens(eventStorePort)).toBe(true);

      const { code } = await stores.stop(signal);
      expect([code, await listens(eventStorePort), await listens(mongoPort)]).toEqual([0, false, false]);
      await start();
    },
  );

  it(
    'starts one of them alone, where it is told to',
    async () => {
      const first = await start('--only', 'mongodb');
      expect(first.stdout).not.toMatch(/ESDB_URL/);
      const [, port = ''] = first.stdout.match(/:(\d+)\//) ?? [];
      await first.stop();
      const again = await start('--only', 'mongodb', '--mongodb-port', port);
      expect(again.stdout).toMatch(`mongodb://127.0.0.1:${port}/`);
    },
    TIME_MS,
  );

  it(
    'are found well by the doctor, who says what is not there yet',
    async () => {
      const stores = await start();
      const uris = Object.fromEntries(
        [...stores.stdout.matchAll(/^(ESDB_URL|MONGODB_URI)=(.+)$/gm)].map(([, name, value]) => [
          name as string,
          value as string,
        ]),
      );
      const look = async () => {
        const { code, stdout } = await quadrant(['doctor', '--data', directory, '--json'], uris);
        const { findings } = JSON.parse(stdout) as { findings: { what: string; state: string }[] };
        return { code, states: Object.fromEntries(findings.map(({ what, state }) => [what, state])) };
      };
      const good = {
        Node: 'ok',
        disk: 'ok',
        'data directory': 'ok',
        'event store': 'ok',
        MongoDB: 'ok',
        financial: 'ok',
      };
      expect(await look()).toMatchObject({
        code: 1,
        states: { ...good, 'key store': 'no', 'token key': 'no' },
      });
      await quadrant(['token', '--role', 'viewer', '--data', directory], {});
      expect(await look()).toMatchObject({
        code: 1,
        states: { ...good, 'key store': 'no', 'token key': 'ok' },
      });
      await stores.stop();
      expect(await look()).toMatchObject({ code: 3, states: { 'event store': 'no', MongoDB: 'no' } });
    },
    TIME_MS,
  );
});

function listens(port: string | undefined): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(Number(port), '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
