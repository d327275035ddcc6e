import { createInterface } from 'node:readline';
import { type Answer, contentOfDocuments, contentOfEvents, type Question } from './reader.ts';

/** The process that reads: damage may kill it, and the storm goes on with the next one. */
for await (const line of createInterface({ input: process.stdin })) {
  const { directory, store } = JSON.parse(line) as Question;
  let answer: Answer;
  try {
    const digest =
      store === 'eventstore' ? await contentOfEvents(directory) : await contentOfDocuments(directory);
    answer = { digest };
  } catch (error) {
    answer = { error: error instanceof Error ? error.message : String(error) };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
