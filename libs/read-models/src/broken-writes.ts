import { createRequire } from 'node:module';
import type { Socket } from 'node:net';

interface DriverConnection {
  readonly socket: Socket;
  readonly closed: boolean;
  cleanup(error: Error): void;
}

const { Connection } = createRequire(import.meta.url)('mongodb/lib/cmap/connection.js') as {
  readonly Connection: { readonly prototype: DriverConnection };
};

/**
 * Ends writes that the driver (7.9.0) waits for on a connection that has closed.
 *
 * A write that the socket does not take at once waits for its `drain` and hears only an `error`. A socket that is
 * destroyed without one never drains: one whose time limit has passed, or one that closes in the same moment in which a
 * command, or the heartbeat, is written. That command is never answered; after a lost heartbeat the client finds its
 * server no more. Told of an error as well, the write fails like every other one, and is repeated by the driver.
 */
export function endBrokenWrites(): void {
  const { cleanup } = Connection.prototype;
  if (ended.has(cleanup)) return;
  const own = function (this: DriverConnection, error: Error): void {
    const wasClosed = this.closed;
    cleanup.call(this, error);
    if (!wasClosed && this.socket.listenerCount('drain') > 0) this.socket.emit('error', error);
  };
  ended.add(own);
  Connection.prototype.cleanup = own;
}

const ended = new WeakSet<object>();
