import { createServer, connect as dial, type Socket } from 'node:net';

/** A line to a store that counts the bytes that go to it. */
export interface CountingProxy {
  readonly port: number;
  /** Bytes sent to the store since the start. */
  sent(): number;
  close(): Promise<void>;
}

export async function startCountingProxy(target: { host: string; port: number }): Promise<CountingProxy> {
  const sockets = new Set<Socket>();
  let sent = 0;
  const server = createServer((inward) => {
    const outward = dial(target.port, target.host);
    for (const socket of [inward, outward]) {
      sockets.add(socket);
      socket.setNoDelay(true);
      // Whatever ends one side of the line ends the other: the client sees what happened.
      socket.on('error', () => socket.destroy());
      socket.on('close', () => {
        sockets.delete(socket);
        inward.destroy();
        outward.destroy();
      });
    }
    inward.on('data', (bytes) => {
      sent += bytes.length;
    });
    inward.pipe(outward);
    outward.pipe(inward);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The proxy has no port.');
  return {
    port: address.port,
    sent: () => sent,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
