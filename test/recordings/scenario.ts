import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

/** Scenarios that were played against a real EventStoreDB, with what was observed: README.md in this folder. */
export interface Recording {
  /** `EventStoreDB 24.6.0` */
  readonly server: string;
  readonly scenarios: readonly Scenario[];
}

export interface Scenario {
  readonly name: string;
  readonly steps: readonly Step[];
  /** One for each step, and last the scenario's part of the log. */
  readonly outcomes: readonly Outcome[];
}

export type Outcome = Readonly<Record<string, unknown>>;

export type Step = StreamStep | GroupStep;

/** `no_stream`, `any`, `stream_exists`, or a revision in decimals. */
type Expectation = string;
/** `start`, `end`; a revision in decimals in a stream, the label of an event (`orders@3`) in `$all`. */
type Place = string;

export type StreamStep =
  | {
      readonly op: 'append';
      readonly stream: string;
      readonly events: readonly EventToAppend[];
      readonly expected?: Expectation;
      /** `classic`: by the Append call, else by the shared BatchAppend stream. */
      readonly path?: 'batch' | 'classic';
    }
  | { readonly op: 'delete' | 'tombstone'; readonly stream: string; readonly expected?: Expectation }
  | {
      readonly op: 'setMeta';
      readonly stream: string;
      readonly meta: Readonly<Record<string, unknown>>;
      readonly expected?: Expectation;
    }
  | { readonly op: 'getMeta'; readonly stream: string }
  | ({ readonly op: 'read'; readonly stream: string } & HowToRead)
  | ({ readonly op: 'readAll' } & HowToRead)
  | ({ readonly op: 'subscribe'; readonly from?: Place; readonly resolve?: boolean } & StreamOrAll);

export type GroupStep = (
  | { readonly op: 'createGroup' | 'updateGroup'; readonly settings?: GroupSettings }
  | { readonly op: 'deleteGroup' | 'groupInfo' | 'listGroups' }
  | {
      readonly op: 'consume';
      /** In order of delivery; the last one repeats. */
      readonly answers: readonly ('ack' | 'none' | 'park' | 'retry' | 'skip' | 'stop')[];
      readonly buffer?: number;
    }
  | { readonly op: 'replayParked'; readonly stopAt?: number }
) &
  StreamOrAll & { readonly group: string };

export interface HowToRead {
  readonly direction?: 'forwards' | 'backwards';
  readonly from?: Place;
  readonly max?: number;
  readonly resolve?: boolean;
}

export type StreamOrAll =
  | { readonly all: true; readonly stream?: undefined; readonly filter?: Filter }
  | { readonly all?: undefined; readonly stream: string };

export interface Filter {
  readonly on: 'stream' | 'type';
  readonly prefixes?: readonly string[];
  readonly regex?: string;
}

/** Settings by the client's names; `startFrom` as a place. */
export type GroupSettings = Readonly<Record<string, unknown>> & { readonly startFrom?: Place };

export type EventToAppend = { readonly id: string } & (
  | { readonly link: string }
  | { readonly type: string; readonly size: number }
  | { readonly type: string; readonly bytes: string; readonly metaBytes?: string }
  | { readonly type: string; readonly json: unknown; readonly meta?: Readonly<Record<string, unknown>> }
);

export async function readRecording(name: 'histories' | 'groups'): Promise<Recording> {
  const packed = await readFile(join(import.meta.dirname, `${name}.json.gz`));
  return JSON.parse(gunzipSync(packed).toString('utf8')) as Recording;
}
