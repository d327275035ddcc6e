import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { canonicalJson, digestOf, isDigest, isUuid, sha256Hex, uuidV5, ValueError } from '#kernel';

describe('digests', () => {
  it('are SHA-256 over RFC 8785 canonical JSON', () => {
    const figures = {
      value: '0.132254',
      n: 57,
      kpi: '获客率',
      flags: ['provisional'],
      target: null,
      a: { z: 1, B: true },
    };
    const text =
      '{"a":{"B":true,"z":1},"flags":["provisional"],"kpi":"获客率","n":57,"target":null,"value":"0.132254"}';
    expect(canonicalJson(figures)).toBe(text);
    expect(digestOf(figures)).toBe(`sha256:${createHash('sha256').update(text).digest('hex')}`);
    expect(isDigest(digestOf(figures))).toBe(true);
    expect(isDigest('sha256:00')).toBe(false);
  });

  it('sorts keys by UTF-16 code units (the example of RFC 8785, 3.2.3)', () => {
    const keys = ['\u20ac', '\r', '\ufb33', '1', '\ud83d\ude00', '\u0080', '\u00f6'];
    const sorted = ['\r', '1', '\u0080', '\u00f6', '\u20ac', '\ud83d\ude00', '\ufb33'];
    const text = canonicalJson(Object.fromEntries(keys.map((key) => [key, 0])));
    expect(text).toBe(`{${sorted.map((key) => `${JSON.stringify(key)}:0`).join(',')}}`);
  });

  it('hashes the empty text and bytes as the standard does (FIPS 180-4)', () => {
    const abc = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
    expect(sha256Hex('')).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
    expect(sha256Hex('abc')).toBe(abc);
    expect(sha256Hex(new Uint8Array([97, 98, 99]))).toBe(abc);
  });

  it.each<[string, unknown, string]>([
    ['a bigint', { figures: [{ n: 1n }] }, 'figures[0].n: 1n has no JSON form'],
    ['a fraction', { n: 0.5 }, 'n: 0.5 is not a safe integer; write numbers that count as decimal strings.'],
    ['an unsafe integer', [2 ** 53], '[0]: 9007199254740992 is not a safe integer'],
    ['NaN', Number.NaN, 'NaN is not a safe integer'],
    ['Infinity', { a: { b: Number.POSITIVE_INFINITY } }, 'a.b: Infinity is not a safe integer'],
    ['undefined', undefined, 'undefined has no JSON form'],
    ['an undefined member', { a: undefined }, 'a: undefined has no JSON form'],
    ['a hole in a list', new Array(1), '[0]: undefined has no JSON form'],
    ['a function', { toJSON: () => 'x' }, 'toJSON: a value of type function has no JSON form'],
    ['a symbol', [Symbol('x')], '[0]: a value of type symbol has no JSON form'],
    ['a date', { at: new Date(0) }, 'at: Only plain objects'],
    ['a map', new Map([['a', 1]]), 'Only plain objects'],
    ['half a surrogate pair', { name: '\ud83d' }, 'half a surrogate pair'],
    ['half a surrogate pair as a key', { '\udc00': 1 }, 'half a surrogate pair'],
  ])('refuse %s', (_what, value, sentence) => {
    expect(() => digestOf(value)).toThrow(ValueError);
    expect(() => digestOf(value)).toThrow(sentence);
  });

  it('refuse a value that contains itself, but not one that is named twice', () => {
    const loop: { self?: unknown } = {};
    loop.self = loop;
    expect(() => digestOf(loop)).toThrow('self: The value contains itself.');
    const shared = { a: 1 };
    expect(canonicalJson([shared, shared])).toBe('[{"a":1},{"a":1}]');
  });

  it('do not depend on the order in which keys were written, and differ when the value does', () => {
    const exact = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 3 },
        fc.constant(null),
        fc.boolean(),
        fc.maxSafeInteger(),
        fc.string({ unit: 'grapheme' }),
        fc.array(tie('value'), { maxLength: 4 }),
        fc.dictionary(fc.string({ unit: 'grapheme' }), tie('value'), { maxKeys: 4 }),
      ),
    })).value;
    const reversed = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(reversed);
      if (typeof value !== 'object' || value === null) return value;
      return Object.fromEntries(
        Object.entries(value)
          .reverse()
          .map(([key, member]) => [key, reversed(member)]),
      );
    };
    fc.assert(
      fc.property(exact, (value) => {
        expect(digestOf(reversed(value))).toBe(digestOf(value));
        // -0 and 0 are one number in JSON, and so in the digest.
        expect(canonicalJson(JSON.parse(canonicalJson(value)))).toBe(canonicalJson(value));
        expect(digestOf([value])).not.toBe(digestOf(value));
      }),
    );
  });
});

describe('name-based UUIDs', () => {
  const DNS = '6ba7b810-9dad-11d1-80b4-00c04fd430c8';

  it('are those of RFC 9562', () => {
    expect(uuidV5(DNS, 'www.example.com')).toBe('2ed6657d-e927-568b-95e1-2665a8aea6a2');
    expect(uuidV5(DNS.toUpperCase(), 'python.org')).toBe('886313e1-3b8a-5372-9b90-0c9aee199e5d');
  });

  it('are UUIDs of version 5, one for each name', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), (a, b) => {
        expect(isUuid(uuidV5(DNS, a))).toBe(true);
        expect(uuidV5(DNS, a)).toMatch(/^.{14}5.{4}[89ab]/);
        expect(uuidV5(DNS, a) === uuidV5(DNS, b)).toBe(a === b);
      }),
    );
  });

  it('need a namespace', () => {
    expect(() => uuidV5('orders', '1')).toThrow('"orders" is not a namespace; it must be a UUID.');
  });
});
