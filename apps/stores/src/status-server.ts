import { chmodSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { conditionOf, type Watched } from './condition.ts';
import { StoreMetrics } from './metrics.ts';

export interface StatusServerOptions extends Watched {
  /** A socket that only its owner can open. */
  readonly socketPath: string;
  /** On 127.0.0.1 as well, for a monitor that cannot open sockets: everybody on this machine can read figures and health. */
  readonly port: number | undefined;
}

/**
 * Tells how the stores are, over HTTP: `/metrics` for Prometheus, `/health` (200, or 503 with the reason), `/status` as JSON.
 * It changes nothing, and tells nothing of what events and documents say.
 *
 * Errors: the port is taken.
 */
export class StatusServer {
  readonly #servers: readonly Server[];

  private constructor(servers: readonly Server[]) {
    this.#servers = servers;
  }

  static async start({ socketPath, port, ...watched }: StatusServerOptions): Promise<StatusServer> {
    const metrics = new StoreMetrics(watched);
    const answer = async (path: string): Promise<Answer | undefined> => {
      switch (path) {
        case '/metrics':
          return { status: 200, type: metrics.contentType, body: await metrics.text() };
        case '/status':
          return json(200, conditionOf(watched));
        case '/health': {
          const { stores } = conditionOf(watched);
          const health = Object.fromEntries(Object.entries(stores).map(([name, own]) => [name, own.health]));
          return json(Object.values(health).every((own) => own === 'ok') ? 200 : 503, health);
        }
        default:
          return undefined;
      }
    };
    // The directory of the stores is locked: a socket that is there was left by a process that was killed.
    rmSync(socketPath, { force: true });
    const before = process.umask(0o077);
    const onSocket = await listening(answer, socketPath).finally(() => process.umask(before));
    chmodSync(socketPath, 0o700);
    try {
      return new StatusServer([onSocket, ...(port === undefined ? [] : [await listening(answer, port)])]);
    } catch (error) {
      onSocket.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    await Promise.all(
      this.#servers.map((server) => {
        const closed = new Promise((resolve) => server.close(resolve));
        server.closeAllConnections();
        return closed;
      }),
    );
  }
}

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

function json(status: number, content: object): Answer {
  return { status, type: 'application/json', body: `${JSON.stringify(content)}\n` };
}

const NOT_FOUND = 'There is /metrics, /health and /status, to be read with GET.\n';

function listening(
  answer: (path: string) => Promise<Answer | undefined>,
  where: string | number,
): Promise<Server> {
  const server = createServer((request, response) => {
    const path = (request.url ?? '').split('?')[0] as string;
    const found = request.method === 'GET' ? answer(path) : Promise.resolve(undefined);
    found.then(
      ({ status, type, body } = { status: 404, type: 'text/plain', body: NOT_FOUND }) => {
        response.writeHead(status, { 'content-type': type }).end(body);
      },
      // Figures that cannot be told are a store that is not well.
      (error: unknown) => response.writeHead(503, { 'content-type': 'text/plain' }).end(`${String(error)}\n`),
    );
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    const ready = () => resolve(server);
    if (typeof where === 'string') server.listen(where, ready);
    else server.listen(where, '127.0.0.1', ready);
  });
}
