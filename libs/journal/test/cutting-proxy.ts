import { createServer, connect as dial, type Socket } from 'node:net';

/** A line to the store that can be muted, cut and closed: what a network does, when the test wants it. */
export interface CuttingProxy {
  /** `esdb://…` through the proxy. */
  readonly uri: string;
  /** From now on requests still arrive and answers are lost. */
  mute(): void;
  /** Ends every connection; new ones are answered again. */
  cut(): void;
  /** Ends every connection and takes none until {@link restore}. */
  away(): void;
  restore(): void;
  close(): Promise<void>;
}

/**
 * Opens a proxy in front of a store that was given as `esdb://[user:password@]host:port?…`, with TLS it goes by its name; or as the
 * `mongodb://` address of a unix socket.
 */
export async function startCuttingProxy(target: string): Promise<CuttingProxy> {
  const [, socketPath] = /^mongodb:\/\/(%2F[^/?]*)/i.exec(target) ?? [];
  const { hostname, port, search, username, password } = new URL(
    socketPath === undefined ? target.replace(/^[a-z]+:/, 'http:') : 'http://127.0.0.1',
  );
  const [user, host] = username === '' ? ['', '127.0.0.1'] : [`${username}:${password}@`, hostname];
  const dialed =
    socketPath === undefined
      ? { port: Number(port), host: hostname }
      : { path: decodeURIComponent(socketPath) };
  const sockets = new Set<Socket>();
  let muted = false;
  let refusing = false;
  const server = createServer((inward) => {
    if (refusing) {
      inward.destroy();
      return;
    }
    const outward = dial(dialed);
    for (const socket of [inward, outward]) {
      sockets.add(socket);
      socket.setNoDelay(true);
      // A cut line fails on both ends; the test looks at what the journal makes of it.
      socket.on('error', () => socket.destroy());
      socket.on('close', () => {
        sockets.delete(socket);
        inward.destroy();
        outward.destroy();
      });
    }
    inward.on('data', (bytes) => outward.write(bytes));
    outward.on('data', (bytes) => {
      if (!muted) inward.write(bytes);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The proxy has no port.');
  const cutAll = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    uri: `esdb://${user}${host}:${address.port}${search}`,
    mute: () => {
      muted = true;
    },
    cut: () => {
      muted = false;
      cutAll();
    },
    away: () => {
      refusing = true;
      cutAll();
    },
    restore: () => {
      refusing = false;
      muted = false;
    },
    close: async () => {
      cutAll();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
