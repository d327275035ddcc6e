import { channel } from 'node:diagnostics_channel';

/** Damage that a store met at work, by its sentence: for the process it runs in, which may have a log. */
const damage = channel('quadrant.store-damage');

/** Tells those who listen in this process what was found damaged; whoever asked for it is told by the store itself. */
export function tellDamage({ message }: Error): void {
  if (damage.hasSubscribers) damage.publish(message);
}

/** Calls `listen` with the sentence of each damage that a store of this process meets, as often as it is met. */
export function onDamage(listen: (sentence: string) => void): void {
  damage.subscribe((sentence) => listen(String(sentence)));
}
