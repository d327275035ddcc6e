import type { ProposedEvent } from '../log/group.ts';
import type { Streams } from './definitions.ts';
import { invalid, missingMetadata, WireError } from './errors.ts';
import { uuidText } from './identifiers.ts';

type ProposedMessage =
  | InstanceType<Streams['AppendReq']['ProposedMessage']>
  | InstanceType<Streams['BatchAppendReq']['ProposedMessage']>;

/** The event that a message proposes, or why it is none. */
export function proposedEvent(message: ProposedMessage): ProposedEvent | WireError {
  const metadata = message.getMetadataMap();
  const type = metadata.get('type');
  const contentType = metadata.get('content-type');
  if (type === undefined) return missingMetadata('type');
  if (contentType === undefined) return missingMetadata('content-type');
  if (type === '') return invalid('proposed_message.metadata.type', 'must not be empty');
  const id = uuidText(message.getId());
  if (id === undefined) return invalid('proposed_message.id', 'must be a UUID');
  return {
    id,
    type,
    json: contentType === 'application/json',
    data: message.getData_asU8(),
    metadata: message.getCustomMetadata_asU8(),
  };
}

/** What an event takes beside its parts. */
const EVENT_BYTES = 256;

/** The events of one append as they arrive; from the first one that is refused on they are only counted out. */
export class ProposedEvents {
  readonly #maxBytes: number;
  readonly events: ProposedEvent[] = [];
  /** The first refusal of an event. */
  refused: WireError | undefined;
  /** Bytes of data only: what EventStoreDB counts. */
  #bytes = 0;
  /** About what the events that are kept take in memory, bytes. */
  heldBytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get tooLarge(): boolean {
    return this.#bytes > this.#maxBytes;
  }

  add(message: ProposedMessage): void {
    this.#bytes += message.getData_asU8().length;
    if (this.refused || this.tooLarge) {
      this.events.length = 0;
      this.heldBytes = 0;
      return;
    }
    const event = proposedEvent(message);
    if (event instanceof WireError) this.refused = event;
    else {
      this.events.push(event);
      this.heldBytes += EVENT_BYTES + event.type.length + event.data.length + event.metadata.length;
    }
  }
}
