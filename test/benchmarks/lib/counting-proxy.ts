import { connect, createServer, type Server, type Socket } from 'node:net';

/** A TCP proxy on loopback that counts the bytes of either direction. */
export class CountingProxy {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  /** Bytes from clients to the store. */
  sent = 0;
  /** Bytes from the store to clients. */
  received = 0;

  private constructor(host: string, port: number) {
    this.#server = createServer((client) => {
      const store = connect({ host, port, noDelay: true });
      client.setNoDelay(true);
      client.on('data', (bytes) => {
        this.sent += bytes.length;
      });
      store.on('data', (bytes) => {
        this.received += bytes.length;
      });
      client.pipe(store).pipe(client);
      for (const socket of [client, store]) {
        this.#sockets.add(socket);
        socket.on('close', () => this.#sockets.delete(socket));
        socket.on('error', () => {
          client.destroy();
          store.destroy();
        });
      }
    });
  }

  static async open(host: string, port: number): Promise<CountingProxy> {
    const proxy = new CountingProxy(host, port);
    await new Promise<void>((resolve, reject) => {
      proxy.#server.once('error', reject);
      proxy.#server.listen(0, '127.0.0.1', resolve);
    });
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as { port: number }).port;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
