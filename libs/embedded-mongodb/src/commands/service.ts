import { newSessionId } from '../server/session-id.ts';
import { SESSION_MINUTES } from '../server/sessions.ts';
import type { Row } from './row.ts';

/** How the store presents itself. */
export const MONGODB_VERSION = '7.0.0';

/** Commands about sessions, and what every client may ask. */
export const SERVICES: Readonly<Record<string, Row>> = {
  ping: { kind: 'service', inTransaction: false, options: [], run: () => ({}) },
  buildInfo: {
    kind: 'service',
    inTransaction: false,
    options: [],
    run: () => ({
      version: MONGODB_VERSION,
      versionArray: [7, 0, 0, 0],
      maxBsonObjectSize: 16_777_216,
      storageEngines: ['lmdb'],
    }),
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
