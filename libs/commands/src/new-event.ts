import { isDeepStrictEqual } from 'node:util';
import { declarationOf, personalFields, validate } from '#contracts';
import { isSealed, type KeyStore, type NewEvent, sealPersonal } from '#journal';
import { type CommandContext, type InvalidInput, invalidInput, type Source } from './context.ts';
import type { Content, ProposedEvent } from './decider.ts';
import { commandId } from './event-ids.ts';

/**
 * What an event type's contract says against a content; undefined when it is right.
 *
 * Personal fields come in plain; only a correction may hand back an envelope, the one that stands in the `current`
 * content of its fact: who corrects an amount need not be able to read the name beside it.
 */
export function problemsOf(
  type: string,
  data: Content,
  current: Content | null = null,
): InvalidInput | undefined {
  const checked = validate(type, data);
  if (!checked.ok) {
    return invalidInput(checked.problems.map(({ path, message }) => ({ field: path, detail: message })));
  }
  const foreign = personalFields(type).filter(
    (field) => isSealed(data[field]) && !isDeepStrictEqual(data[field], current?.[field]),
  );
  return foreign.length === 0
    ? undefined
    : invalidInput(
        foreign.map((field) => ({ field, detail: 'must be plain; it is sealed when it is recorded' })),
      );
}

/** An event ready to be appended: metadata written, personal fields sealed. */
export async function newEvent(
  keys: KeyStore | undefined,
  options: {
    readonly id: string;
    readonly event: ProposedEvent;
    /** For a correction the type of the fact that it corrects. */
    readonly factType?: string;
    readonly context: CommandContext;
    readonly source?: Source | undefined;
  },
): Promise<NewEvent> {
  const { id, event, context, source } = options;
  const factType = options.factType ?? event.type;
  return {
    id,
    type: event.type,
    data: await sealed(keys, { id, event, factType }),
    metadata: {
      ...metadataOf(event, context, source),
      ...(factType !== event.type && { factSchemaVersion: declarationOf(factType).version }),
    },
  };
}

async function sealed(
  keys: KeyStore | undefined,
  { id, event, factType }: { readonly id: string; readonly event: ProposedEvent; readonly factType: string },
): Promise<Content> {
  const { type, data } = event;
  const own = await sealPersonal(keys, { type, data, eventId: id });
  const replacement = data['replacement'];
  if (factType === type || replacement === null) return own;
  const content = await sealPersonal(keys, { type: factType, data: replacement as Content, eventId: id });
  return { ...own, replacement: content };
}

function metadataOf(event: ProposedEvent, context: CommandContext, source: Source | undefined): Content {
  const { type, data } = event;
  const cause = commandId(context);
  const unitId = data['unitId'];
  return {
    schemaVersion: declarationOf(type).version,
    actor: context.actor,
    ...(typeof unitId === 'string' && { unitId }),
    ...(source !== undefined && { source }),
    ...(context.correlationId !== undefined && { $correlationId: context.correlationId }),
    ...(cause !== undefined && { $causationId: cause }),
  };
}
