import { userInfo } from 'node:os';
import { join } from 'node:path';
import { allRules } from '#areas';
import { type CommandContext, CommandRunner, FactRecorder, References } from '#commands';
import { ensureRoot } from '#environment';
import { type Journal, openJournal, openKeyStore } from '#journal';
import type { StoreUris } from './children.ts';
import type { Config } from './config.ts';

/** The command path as the CLI uses it: the same rules and the same log as the API. */
export interface Commands {
  readonly journal: Journal;
  readonly recorder: FactRecorder;
  readonly references: References;
  ensureRoot(): Promise<void>;
  /** Whether the log holds nothing but the root unit and (part of) the demo company. */
  wantsDemo(): Promise<boolean>;
  context(actor?: string): CommandContext;
  close(): Promise<void>;
}

export async function openCommands(config: Config, uris: StoreUris): Promise<Commands> {
  const keys = openKeyStore({ directory: join(config.data, 'keys') });
  const journal = openJournal({ uri: uris.eventStoreUri, keys });
  const references = new References(journal);
  const recorder = new FactRecorder({
    journal,
    references,
    rules: allRules,
    locate: (eventId) => streamOfEvent(journal, eventId),
  });
  const context = (actor = userInfo().username): CommandContext => ({ actor, now: new Date() });
  return {
    journal,
    recorder,
    references,
    ensureRoot: async () => {
      await ensureRoot(new CommandRunner({ journal, references }), context('first-start'));
    },
    wantsDemo: () => onlyDemo(journal),
    context,
    close: async () => {
      await journal.close();
      await keys.close();
    },
  };
}

/** Looks an event up in the log itself: the CLI may run without read models. */
async function streamOfEvent(journal: Journal, eventId: string): Promise<string | undefined> {
  for await (const event of journal.readAll()) if (event.eventId === eventId) return event.stream;
  return undefined;
}

/** A log that begins with something else is somebody's own; a demo that was cut off is completed. */
async function onlyDemo(journal: Journal): Promise<boolean> {
  let seen = 0;
  for await (const { metadata } of journal.readAll({ maxCount: 20 })) {
    const actor = metadata['actor'];
    if (actor !== 'first-start' && actor !== 'demo') return false;
    seen++;
  }
  return seen < 20 || (await unfinished(journal));
}

async function unfinished(journal: Journal): Promise<boolean> {
  for await (const { metadata } of journal.readAll({ direction: 'backwards', maxCount: 1 }))
    return metadata['actor'] === 'demo';
  return false;
}
