import { problemOfError } from '../../apps/api/src/problems.ts';

/** Goal: a store that goes away in the middle of a request is a 503 that may be repeated, whatever the driver throws. Found by the storm kill-points, seed 24. */
it.each(['EPIPE', 'ECONNRESET', 'ECONNREFUSED', 'ETIMEDOUT'])(
  'a socket that ends with %s is a 503',
  (code) => {
    const error = Object.assign(new Error('This socket has been ended by the other party'), { code });
    expect(problemOfError(error)).toMatchObject({ status: 503, type: expect.stringMatching(/store-away$/) });
  },
);

it('what nobody expected stays a 500', () => {
  expect(problemOfError(new Error('surprise')).status).toBe(500);
});
