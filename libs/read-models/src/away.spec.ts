import {
  MongoClientClosedError,
  MongoNetworkError,
  MongoNetworkTimeoutError,
  MongoServerError,
  MongoTopologyClosedError,
} from 'mongodb';
import { saysStoreIsAway } from './away.ts';

const broken = (code: string) => Object.assign(new Error(`write ${code}`), { code });

it.each([
  ['a network that failed', new MongoNetworkError('closed')],
  ['an answer that never came', new MongoNetworkTimeoutError('timed out')],
  ['a client that was given up', new MongoTopologyClosedError()],
  ['a client that was closed', new MongoClientClosedError()],
  ['a socket that its store ended while it was written', broken('EPIPE')],
  ['a port where nobody listens', broken('ECONNREFUSED')],
])('%s is a store that is away', (_what, error) => {
  expect(saysStoreIsAway(error)).toBe(true);
});

it.each([
  ['a refusal of the server', new MongoServerError({ message: 'no', code: 2 })],
  ['a file that is not there', broken('ENOENT')],
  ['a defect', new TypeError('x is undefined')],
  ['what is no error', 'EPIPE'],
])('%s is not', (_what, error) => {
  expect(saysStoreIsAway(error)).toBe(false);
});
