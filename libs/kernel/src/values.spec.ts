import fc from 'fast-check';
import {
  compareText,
  customerId,
  eventId,
  idOf,
  inField,
  isRefusal,
  type OrderId,
  parseMicros,
  ROOT_UNIT,
  refuse,
  unitId,
  unreachable,
  ValueError,
} from '#kernel';

describe('refusals', () => {
  it('are values with a code, a sentence and the field, where one caused it', () => {
    expect(refuse('same-person', 'The maker cannot approve.')).toEqual({
      refused: true,
      code: 'same-person',
      detail: 'The maker cannot approve.',
    });
    expect(refuse('unknown-unit', 'There is no unit x.', 'unitId')).toHaveProperty('field', 'unitId');
  });

  it('are told from events and from nothing', () => {
    expect(isRefusal(refuse('a', 'b'))).toBe(true);
    for (const other of [[], [{ type: 'OrderPlaced' }], null, undefined, 'refused', { refused: false }]) {
      expect(isRefusal(other)).toBe(false);
    }
  });
});

describe('value errors', () => {
  it('name the path of the field, from the outside in', () => {
    const read = () => inField('lines', () => inField('[0]', () => inField('qty', () => parseMicros('x'))));
    expect(read).toThrow('lines[0].qty: "x" is not a decimal number');
    try {
      read();
    } catch (error) {
      expect(error).toBeInstanceOf(ValueError);
      expect((error as ValueError).field).toBe('lines[0].qty');
      expect((error as ValueError).sentence).toMatch(/^"x" is not a decimal number; write/);
    }
  });

  it('leave values and other errors alone', () => {
    expect(inField('qty', () => parseMicros('1'))).toBe(1_000_000n);
    const bug = new TypeError('a bug');
    expect(() =>
      inField('qty', () => {
        throw bug;
      }),
    ).toThrow(bug);
  });

  it('cut long values', () => {
    expect(() => parseMicros('x'.repeat(10_000))).toThrow(/^"x{60}…" is not a decimal number/);
  });
});

describe('ids', () => {
  it('are the texts of the source systems', () => {
    expect(customerId('VINET')).toBe('VINET');
    expect(idOf<OrderId>('10 248/甲')).toBe('10 248/甲');
    expect(unitId('root')).toBe(ROOT_UNIT);
  });

  it.each([
    ['', 'a text of 1 to 200 characters'],
    [' A', 'blanks at its ends'],
    ['A\n', 'blanks at its ends'],
    ['A\u0000B', 'control character'],
    ['A\ud800', 'half a surrogate pair'],
    ['A'.repeat(201), 'at most 200'],
  ])('refuse %j', (text, sentence) => {
    expect(() => customerId(text)).toThrow(sentence);
  });

  it('of events are UUIDs in lower case', () => {
    expect(eventId('2ed6657d-e927-568b-95e1-2665a8aea6a2')).toBe('2ed6657d-e927-568b-95e1-2665a8aea6a2');
    expect(() => eventId('2ED6657D-E927-568B-95E1-2665A8AEA6A2')).toThrow('UUID in lower case');
    expect(() => eventId('1')).toThrow('"1" is not an event id');
  });
});

describe('text order', () => {
  it('is that of code units: capitals first, no locale', () => {
    expect(['b', 'ä', 'B', 'a', '10', '9'].sort(compareText)).toEqual(['10', '9', 'B', 'a', 'b', 'ä']);
  });

  it('is a total order', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.string(), (a, b, c) => {
        expect(compareText(a, b)).toBe(-compareText(b, a) || 0);
        expect(compareText(a, a)).toBe(0);
        if (compareText(a, b) <= 0 && compareText(b, c) <= 0)
          expect(compareText(a, c)).toBeLessThanOrEqual(0);
      }),
    );
  });
});

describe('unreachable', () => {
  it('names the forgotten case', () => {
    expect(() => unreachable('OrderPlaced' as never)).toThrow('A case was forgotten: "OrderPlaced"');
  });
});
