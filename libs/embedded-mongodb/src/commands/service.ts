import { newSessionId } from '../server/session-id.ts';
import { SESSION_MINUTES } from '../server/sessions.ts';
import type { Row } from './row.ts';

/** Commands about the server, sessions and transactions. */
export const SERVICES: Readonly<Record<string, Row>> = {
  ping: { kind: 'service', inTransaction: false, options: [], run: () => ({}) },
  buildInfo: {
    kind: 'service',
    inTransaction: false,
    options: [],
    run: () => ({
      version: '7.0.0',
      versionArray: [7, 0, 0, 0],
      maxBsonObjectSize: 16_777_216,
      storageEngines: ['lmdb'],
    }),
  },
  serverStatus: {
    kind: 'service',
    inTransaction: false,
    options: [],
    run: () => ({ host: '127.0.0.1', process: 'embedded-mongodb', uptime: Math.floor(process.uptime()) }),
  },
  startSession: {
    kind: 'service',
    inTransaction: false,
    options: [],
    run: () => ({ id: { id: newSessionId() }, timeoutMinutes: SESSION_MINUTES }),
  },
  refreshSessions: { kind: 'service', inTransaction: false, options: [], run: () => ({}) },
  endSessions: {
    kind: 'service',
    inTransaction: false,
    options: [],
    run: ({ command, sessions }) => sessions.endAll(command.documents('endSessions')),
  },
  killSessions: {
    kind: 'service',
    inTransaction: false,
    options: [],
    run: ({ command, sessions }) => sessions.endAll(command.documents('killSessions')),
  },
};
