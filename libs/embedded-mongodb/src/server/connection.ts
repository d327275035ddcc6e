import type { Socket } from 'node:net';
import { tellDamage } from '#lmdb-copy';
import { TYPE, Value } from '../bson/value.ts';
import type { Writable } from '../bson/write.ts';
import { Command, type Reply } from '../commands/command.ts';
import { CommandError, DamagedDocument } from './errors.ts';
import { SESSION_MINUTES } from './sessions.ts';
import { MESSAGE_BYTES_MAX, type Message, MessageReader, ProtocolError, replyBytes } from './wire.ts';

export interface Host {
  /** Number of the connection. */
  readonly id: number;
  address(): string;
  run(command: Command): Promise<Reply>;
}

/** One client's connection: commands one after the other, and no more read than are answered. */
export class Connection {
  readonly #socket: Socket;
  readonly #host: Host;
  readonly ended: Promise<void>;

  constructor(socket: Socket, host: Host) {
    this.#socket = socket;
    this.#host = host;
    // An error of the socket ends it; the loop below notices.
    socket.on('error', () => socket.destroy());
    this.ended = this.#serve();
  }

  close(): void {
    this.#socket.destroy();
  }

  async #serve(): Promise<void> {
    const reader = new MessageReader();
    try {
      for await (const chunk of this.#socket)
        for (const message of reader.push(chunk as Buffer)) await this.#answer(message);
    } catch (error) {
      if (!(error instanceof ProtocolError) && !isSocketError(error)) throw error;
    } finally {
      this.#socket.destroy();
    }
  }

  async #answer(message: Message): Promise<void> {
    const reply = await this.#reply(new Command(message));
    if (message.oneWay || !this.#socket.writable) return;
    if (!this.#socket.write(replyBytes(message, reply))) await this.#drained();
  }

  /** The client reads again, or has gone. */
  #drained(): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        this.#socket.off('drain', done).off('close', done);
        resolve();
      };
      this.#socket.on('drain', done).on('close', done);
      if (this.#socket.destroyed) done();
    });
  }

  async #reply(command: Command): Promise<Reply> {
    try {
      const own = /^(hello|ismaster|isMaster)$/.test(command.name)
        ? this.#hello()
        : await this.#host.run(command);
      return { ...own, ok: 1, ...clock() };
    } catch (error) {
      if (error instanceof DamagedDocument) tellDamage(error);
      return { ok: 0, ...failure(error), ...clock() };
    }
  }

  /** Without a topology version the driver asks again from time to time instead of waiting for a stream of answers. */
  #hello(): Reply {
    const address = this.#host.address();
    return {
      helloOk: true,
      ismaster: true,
      isWritablePrimary: true,
      secondary: false,
      setName: 'embedded',
      setVersion: 1,
      hosts: [address],
      primary: address,
      me: address,
      maxBsonObjectSize: 16_777_216,
      maxMessageSizeBytes: MESSAGE_BYTES_MAX,
      maxWriteBatchSize: 100_000,
      localTime: new Date(),
      logicalSessionTimeoutMinutes: SESSION_MINUTES,
      connectionId: this.#host.id,
      minWireVersion: 0,
      maxWireVersion: 21,
      readOnly: false,
    };
  }
}

function isSocketError(error: unknown): boolean {
  return typeof (error as NodeJS.ErrnoException).code === 'string';
}

function failure(error: unknown): Reply {
  if (error instanceof CommandError)
    return { errmsg: error.message, code: error.code, codeName: error.codeName, ...error.extra };
  return {
    errmsg: error instanceof Error ? error.message : String(error),
    code: 1,
    codeName: 'InternalError',
  };
}

const NO_SIGNATURE: Writable = {
  hash: new Value(TYPE.binary, Buffer.from([20, 0, 0, 0, 0, ...Buffer.alloc(20)]), 0, 25),
  keyId: 0n,
};

/** Every reply tells the logical time; one node has no other clock than its own. */
function clock(): Reply {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt32LE(1, 0);
  bytes.writeUInt32LE(Math.floor(Date.now() / 1000), 4);
  const time = new Value(TYPE.timestamp, bytes, 0, 8);
  return { operationTime: time, $clusterTime: { clusterTime: time, signature: NO_SIGNATURE } };
}
