import type { SeenEvents } from '../seen.ts';
import { type Beginning, WireConnection, type WireConsumer } from '../wire-consumer.ts';

/** Those of this process, from one task to the next. */
let connections: WireConnection[] = [];
let consumers: WireConsumer[] = [];

/** Opens subscriptions to `$all`, several on a connection. */
export async function openConsumers(order: {
  readonly eventStoreUri: string;
  readonly consumers: number;
  readonly perConnection: number;
  readonly from: Beginning;
}): Promise<{ readonly open: number }> {
  let connection: WireConnection | undefined;
  for (let i = 0; i < order.consumers; i++) {
    if (connection === undefined || i % order.perConnection === 0) {
      connection = new WireConnection(order.eventStoreUri);
      connections.push(connection);
    }
    consumers.push(await connection.subscribe(order.from));
  }
  return { open: consumers.length };
}

/** What consumers have seen: how many of them the same. */
export type SeenByMany = readonly (SeenEvents & { readonly consumers: number })[];

/** Waits until each of them has seen so many events; none may see more. */
export async function awaitConsumers({ count }: { readonly count: number }): Promise<SeenByMany> {
  await Promise.all(consumers.map((consumer) => consumer.has(count)));
  const different = new Map<string, SeenEvents & { consumers: number }>();
  for (const { seen } of consumers) {
    const key = JSON.stringify(seen.events);
    const same = different.get(key) ?? { ...seen.events, consumers: 0 };
    same.consumers++;
    different.set(key, same);
  }
  return [...different.values()];
}

export async function closeConsumers(): Promise<{ readonly open: number }> {
  for (const consumer of consumers) consumer.close();
  await Promise.all(connections.map((connection) => connection.close()));
  [connections, consumers] = [[], []];
  return { open: consumers.length };
}
