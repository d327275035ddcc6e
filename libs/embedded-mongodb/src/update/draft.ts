import { Fields, TYPE, Value } from '../bson/value.ts';
import { Writer } from '../bson/write.ts';

/** A document or array that is being changed: only what a path touches is taken apart, the rest stays bytes. */
export class Draft {
  readonly isArray: boolean;
  /** Byte for byte, so that a name survives as it was sent. Empty for arrays. */
  readonly names: string[] = [];
  readonly nodes: Node[] = [];

  constructor(isArray: boolean) {
    this.isArray = isArray;
  }

  static of(value: Value): Draft {
    const draft = new Draft(value.isArray);
    const fields = new Fields(value);
    while (fields.next()) {
      if (!draft.isArray) draft.names.push(fields.bytes.toString('latin1', fields.nameStart, fields.nameEnd));
      draft.nodes.push(fields.value);
    }
    return draft;
  }

  /** The place of a part of a path, −1 where it is not there. */
  indexOf(part: string): number {
    if (!this.isArray) return this.names.indexOf(part);
    const index = indexIn(part);
    return index < this.nodes.length ? index : -1;
  }

  set(part: string, node: Node): void {
    const at = this.indexOf(part);
    if (at >= 0) this.nodes[at] = node;
    else {
      if (!this.isArray) this.names.push(part);
      this.nodes.push(node);
    }
  }

  /** A field goes; an element leaves null behind, as the others keep their numbers. */
  remove(at: number): void {
    if (this.isArray) this.nodes[at] = NULL_NODE;
    else {
      this.names.splice(at, 1);
      this.nodes.splice(at, 1);
    }
  }

  moveToFront(name: string): void {
    const at = this.names.indexOf(name);
    if (at <= 0) return;
    this.names.unshift(...this.names.splice(at, 1));
    this.nodes.unshift(...this.nodes.splice(at, 1));
  }

  value(): Value {
    const writer = new Writer(this.#expected());
    this.write(writer);
    return new Value(this.isArray ? TYPE.array : TYPE.object, writer.bytes, 0, writer.at);
  }

  #expected(): number {
    let size = 64;
    for (const [i, node] of this.nodes.entries())
      size += (this.names[i]?.length ?? 6) + 2 + (node instanceof Value ? node.end - node.start : 256);
    return size;
  }

  write(writer: Writer): void {
    const begin = writer.begin();
    this.nodes.forEach((node, i) => {
      const name = this.isArray ? String(i) : (this.names[i] as string);
      if (node instanceof Value) {
        writer.rawHead(node.type, name);
        writer.copy(node.bytes, node.start, node.end);
      } else {
        writer.rawHead(node.isArray ? TYPE.array : TYPE.object, name);
        node.write(writer);
      }
    });
    writer.end(begin);
  }
}

export type Node = Value | Draft;

const NULL_NODE: Node = new Value(TYPE.null, Buffer.alloc(0), 0, 0);

/** The element that a part of a path names; NaN where it is no number. */
export function indexIn(part: string): number {
  return /^\d+$/.test(part) ? Number(part) : Number.NaN;
}

export function valueOfNode(node: Node): Value {
  return node instanceof Value ? node : node.value();
}
