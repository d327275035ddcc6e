import fc from 'fast-check';
import { framedSuccess } from './batch-append-success.ts';
import { GoogleEmpty, shared, streams } from './definitions.ts';
import { streamIdentifier, uuidHalves } from './identifiers.ts';
import { framed } from './read-messages.ts';

/** Goal: what is encoded by hand is, byte for byte, what the generated code makes of it. */
const RUNS = 2_000;

const counts = fc.oneof(fc.bigInt(0n, 300n), fc.bigInt(0n, 2n ** 53n - 1n), fc.constant(2n ** 63n - 1n));
const success = fc.record({
  id: fc.uuid(),
  structured: fc.boolean(),
  stream: fc.oneof(fc.string({ unit: 'binary' }), fc.string({ minLength: 130, maxLength: 300 })),
  expected: fc.oneof(counts, fc.constantFrom('any' as const, 'no_stream' as const, 'stream_exists' as const)),
  revision: fc.oneof(counts, fc.constant(-1n)),
  position: fc.option(
    fc.maxSafeNat().map((n) => n + 1),
    { nil: undefined },
  ),
});

it('is what the generated code writes', () => {
  fc.assert(
    fc.property(success, ({ id, structured, stream, expected, revision, position }) => {
      const correlationId = new shared.UUID();
      const [most, least] = uuidHalves(id);
      if (structured)
        correlationId.setStructured(
          new shared.UUID.Structured()
            .setMostSignificantBits(String(most))
            .setLeastSignificantBits(String(least)),
        );
      else correlationId.setString(id);
      const outcome = { kind: 'done', revision, ...(position === undefined ? {} : { position }) } as const;
      const bytes = framedSuccess({ correlationId, stream, expected, outcome });

      const done = new streams.BatchAppendResp.Success();
      if (revision < 0n) done.setNoStream(new GoogleEmpty());
      else done.setCurrentRevision(String(revision));
      if (position === undefined) done.setNoPosition(new GoogleEmpty());
      else {
        const at = String(position);
        done.setPosition(new shared.AllStreamPosition().setCommitPosition(at).setPreparePosition(at));
      }
      const generated = new streams.BatchAppendResp()
        .setCorrelationId(correlationId)
        .setSuccess(done)
        .setStreamIdentifier(streamIdentifier(stream));
      if (expected === 'any') generated.setAny(new GoogleEmpty());
      else if (expected === 'no_stream') generated.setNoStream(new GoogleEmpty());
      else if (expected === 'stream_exists') generated.setStreamExists(new GoogleEmpty());
      else generated.setStreamPosition(String(expected));
      expect(bytes.toString('hex')).toBe(framed(generated).toString('hex'));
    }),
    { numRuns: RUNS },
  );
});
