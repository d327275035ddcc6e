import type { FastifyInstance } from 'fastify';

/** How long a client has to read an answer that came before it had sent everything. */
const REST_MS = 2_000;

/**
 * An answer may come before the whole request was read: its body is too large. What is still on its way is not read,
 * and such a connection is never idle: it would keep the application from closing. It is ended.
 */
export function endUnreadConnections(fastify: FastifyInstance): void {
  fastify.addHook('onResponse', async ({ raw }) => {
    if (raw.complete !== false) return;
    const timer = setTimeout(() => raw.destroy(), REST_MS);
    raw.once('end', () => clearTimeout(timer));
    raw.socket.once('close', () => clearTimeout(timer));
  });
}
