/** Errors of the driver (7.9.0) by which a server was not there, or went away before it answered. */
const DRIVER =
  /^Mongo(Network|ServerSelection|Topology|PoolCleared|PoolClosed|WaitQueueTimeout|NotConnected|ClientClosed)/;
/** What a socket throws that was ended by the store a moment ago; the driver passes it on as it is. */
const SOCKET = /^(EPIPE|ECONNRESET|ECONNREFUSED|ETIMEDOUT)$/;

/** Whether an error of a question says that the read models' store is away: nothing is lost, and it may be asked again. */
export function saysStoreIsAway(error: unknown): boolean {
  const { name = '', code = '' } = (error ?? {}) as { readonly name?: string; readonly code?: unknown };
  return DRIVER.test(name) || SOCKET.test(String(code));
}
