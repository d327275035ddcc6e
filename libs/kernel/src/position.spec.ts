import fc from 'fast-check';
import { comparePositions, maxPosition, NO_POSITION, position, positionText, ValueError } from '#kernel';

const positions = fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }).map((n) => position(n));

describe('positions', () => {
  it('pass through text unchanged, also beyond 2^53', () => {
    expect(positionText(position('9007199254740993'))).toBe('9007199254740993');
    fc.assert(
      fc.property(positions, (p) => {
        expect(position(positionText(p))).toBe(p);
        expect(comparePositions(NO_POSITION, p)).toBe(p === 0n ? 0 : -1);
      }),
    );
  });

  it('order as integers, never as text', () => {
    expect(comparePositions(position('9'), position('10'))).toBe(-1);
    fc.assert(
      fc.property(positions, positions, (a, b) => {
        expect(comparePositions(a, b)).toBe(a < b ? -1 : a > b ? 1 : 0);
        expect(maxPosition(a, b)).toBe(comparePositions(a, b) < 0 ? b : a);
      }),
    );
  });

  it.each(['-1', '1.0', '', ' 1', '1e3', '0x1', '٣', '9223372036854775808', '9'.repeat(30)])(
    'refuses %j',
    (text) => {
      expect(() => position(text)).toThrow(ValueError);
    },
  );

  it('refuses negative, too large and floating numbers', () => {
    expect(() => position(-1n)).toThrow('positions go from 0 to 9223372036854775807');
    expect(() => position(2n ** 63n)).toThrow('positions go from 0');
    expect(() => position(12 as unknown as bigint)).toThrow('write its decimal digits, such as "73429"');
  });
});
