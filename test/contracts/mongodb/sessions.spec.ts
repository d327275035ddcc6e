import { type ClientSession, type Document, Long, MongoServerError } from 'mongodb';
import { mongo, refusal } from './lib/mongo.ts';

/** Goal: sessions, writes that are repeated, and multi-document transactions as MongoDB has them. */
const store = mongo('sessions');

async function filled(docs: readonly Document[]) {
  const collection = store.collection();
  if (docs.length > 0) await collection.insertMany(docs as never[]);
  else await store.db.createCollection(collection.collectionName);
  return collection;
}

async function ids(collection: ReturnType<typeof store.collection>, session?: ClientSession) {
  const options = session ? { session } : {};
  return (await collection.find({}, options).sort({ _id: 1 }).toArray()).map(({ _id }) => Number(_id));
}

async function within<T>(work: (session: ClientSession) => Promise<T>): Promise<T> {
  const session = store.client.startSession();
  try {
    return await work(session);
  } finally {
    await session.endSession();
  }
}

describe('writes that are repeated', () => {
  // A client of its own for each test: the numbers given here must not meet those of the driver's pooled sessions.
  const numbered = (number: number) => ({ txnNumber: Long.fromNumber(number) });
  async function alone(
    work: (run: (command: Document) => Promise<Document>) => Promise<void>,
  ): Promise<void> {
    const client = await store.connect();
    const session = client.startSession();
    try {
      await work((command) => client.db(store.db.databaseName).command(command, { session }));
    } finally {
      await session.endSession();
    }
  }
  it('with the same number are made once and answered as before', async () => {
    const { collectionName } = await filled([{ _id: 1, n: 1 }]);
    await alone(async (run) => {
      const update = {
        update: collectionName,
        updates: [{ q: { _id: 1 }, u: { $inc: { n: 1 } } }],
        ...numbered(1),
      };
      const [first, second] = [await run(update), await run(update)];
      expect([first['n'], first['nModified'], second['n'], second['nModified']]).toEqual([1, 1, 1, 1]);
      expect((await store.db.collection(collectionName).findOne({}))?.['n']).toBe(2);
      await run({ ...update, ...numbered(2) });
      expect((await store.db.collection(collectionName).findOne({}))?.['n']).toBe(3);
    });
  });
  it('as inserts do not meet their own key', async () => {
    const { collectionName } = await filled([]);
    await alone(async (run) => {
      const insert = { insert: collectionName, documents: [{ _id: 1 }, { _id: 2 }], ...numbered(1) };
      const [first, second] = [await run(insert), await run(insert)];
      expect([first['n'], second['n'], second['writeErrors']]).toEqual([2, 2, undefined]);
    });
  });
  it('as find-and-modify give the same document', async () => {
    const { collectionName } = await filled([{ _id: 1, n: 1 }]);
    await alone(async (run) => {
      const change = {
        findAndModify: collectionName,
        query: {},
        update: { $inc: { n: 1 } },
        ...numbered(5),
      };
      const [first, second] = [await run(change), await run(change)];
      expect(first['value']).toEqual({ _id: 1, n: 1 });
      expect(second['value']).toEqual({ _id: 1, n: 1 });
    });
  });
  it('with an older number are refused', async () => {
    const { collectionName } = await filled([]);
    await alone(async (run) => {
      const insert = (id: number, number: number) =>
        run({ insert: collectionName, documents: [{ _id: id }], ...numbered(number) });
      await insert(1, 7);
      expect((await refusal(insert(2, 6))).code).toBe(225);
    });
  });
});

describe('transactions', () => {
  it('are seen by nobody else before they are committed', async () => {
    const collection = await filled([{ _id: 1 }]);
    await within(async (session) => {
      session.startTransaction();
      await collection.insertOne({ _id: 2 } as never, { session });
      await collection.deleteOne({ _id: 1 } as never, { session });
      expect(await ids(collection, session)).toEqual([2]);
      expect(await ids(collection)).toEqual([1]);
      await session.commitTransaction();
      expect(await ids(collection)).toEqual([2]);
    });
  });
  it('leave nothing behind when they are aborted', async () => {
    const collection = await filled([{ _id: 1, n: 1 }]);
    await within(async (session) => {
      session.startTransaction();
      await collection.updateOne({ _id: 1 } as never, { $set: { n: 2 } }, { session });
      await collection.insertMany([{ _id: 2 }, { _id: 3 }] as never[], { session });
      await session.abortTransaction();
    });
    expect(await ids(collection)).toEqual([1]);
    expect((await collection.findOne({}))?.['n']).toBe(1);
  });
  it('read the moment of their beginning', async () => {
    const collection = await filled([{ _id: 1 }]);
    await within(async (session) => {
      session.startTransaction({ readConcern: { level: 'snapshot' } });
      expect(await ids(collection, session)).toEqual([1]);
      await collection.insertOne({ _id: 2 } as never);
      expect(await ids(collection, session)).toEqual([1]);
      await session.commitTransaction();
    });
    expect(await ids(collection)).toEqual([1, 2]);
  });
  it('read their own writes in every order and by every index', async () => {
    const collection = await filled([1, 2, 3, 4].map((n) => ({ _id: n, n })));
    await collection.createIndex({ n: 1 });
    await within(async (session) => {
      session.startTransaction();
      await collection.updateOne({ _id: 1 } as never, { $set: { n: 9 } }, { session });
      await collection.deleteOne({ _id: 3 } as never, { session });
      await collection.insertOne({ _id: 5, n: 3 } as never, { session });
      const by = async (sort: Document) =>
        (
          await collection
            .find({ n: { $gt: 1 } }, { session })
            .sort(sort as never)
            .toArray()
        ).map(({ _id }) => Number(_id));
      expect(await by({ n: 1 })).toEqual([2, 5, 4, 1]);
      expect(await by({ n: -1 })).toEqual([1, 4, 5, 2]);
      expect(await by({ _id: -1 })).toEqual([5, 4, 2, 1]);
      expect((await collection.distinct('n', {}, { session })).sort()).toEqual([2, 3, 4, 9]);
      const counted = await collection
        .aggregate([{ $group: { _id: null, n: { $sum: '$n' } } }], { session })
        .toArray();
      expect(counted).toEqual([{ _id: null, n: 18 }]);
      await session.abortTransaction();
    });
  });
  it('span collections', async () => {
    const [one, two] = [await filled([]), await filled([])];
    await within(async (session) => {
      await session.withTransaction(async () => {
        await one.insertOne({ _id: 1 } as never, { session });
        await two.insertOne({ _id: 2 } as never, { session });
      });
    });
    expect([await ids(one), await ids(two)]).toEqual([[1], [2]]);
  });
  it('are aborted by a duplicate key', async () => {
    const collection = await filled([{ _id: 1 }]);
    await within(async (session) => {
      session.startTransaction();
      await collection.insertOne({ _id: 2 } as never, { session });
      expect((await refusal(collection.insertOne({ _id: 1 } as never, { session }))).code).toBe(11000);
      const { code, error } = await refusal(collection.insertOne({ _id: 3 } as never, { session }));
      expect(code).toBe(251);
      expect((error as unknown as MongoServerError).hasErrorLabel('TransientTransactionError')).toBe(true);
      await session.abortTransaction();
    });
    expect(await ids(collection)).toEqual([1]);
  });
  it('that write what another one has written are told to try again', async () => {
    const collection = await filled([{ _id: 1, n: 0 }]);
    await within((first) =>
      within(async (second) => {
        first.startTransaction();
        second.startTransaction();
        await collection.updateOne({ _id: 1 } as never, { $inc: { n: 1 } }, { session: first });
        const { code, error } = await refusal(
          collection.updateOne({ _id: 1 } as never, { $inc: { n: 10 } }, { session: second }),
        );
        expect(code).toBe(112);
        expect((error as unknown as MongoServerError).hasErrorLabel('TransientTransactionError')).toBe(true);
        await first.commitTransaction();
      }),
    );
    expect((await collection.findOne({}))?.['n']).toBe(1);
  });
  it('that write what has changed since they began are told to try again', async () => {
    const collection = await filled([{ _id: 1, n: 0 }]);
    await within(async (session) => {
      session.startTransaction({ readConcern: { level: 'snapshot' } });
      await collection.findOne({}, { session });
      await collection.updateOne({ _id: 1 } as never, { $inc: { n: 1 } });
      const work = collection.updateOne({ _id: 1 } as never, { $inc: { n: 10 } }, { session });
      expect((await refusal(work)).code).toBe(112);
    });
  });
  it('that write other documents do not meet', async () => {
    const collection = await filled([1, 2].map((n) => ({ _id: n, n: 0 })));
    await within((first) =>
      within(async (second) => {
        first.startTransaction();
        second.startTransaction();
        await collection.updateOne({ _id: 1 } as never, { $inc: { n: 1 } }, { session: first });
        await collection.updateOne({ _id: 2 } as never, { $inc: { n: 2 } }, { session: second });
        await second.commitTransaction();
        await first.commitTransaction();
      }),
    );
    const found = await collection.find().sort({ _id: 1 }).toArray();
    expect(found.map(({ n }) => n)).toEqual([1, 2]);
  });
  it('make other writers of the same document wait', async () => {
    const collection = await filled([{ _id: 1, n: 1 }]);
    await within(async (session) => {
      session.startTransaction();
      await collection.updateOne({ _id: 1 } as never, { $mul: { n: 10 } }, { session });
      const waiting = collection.updateOne({ _id: 1 } as never, { $inc: { n: 5 } });
      await collection.findOne({}, { session });
      await session.commitTransaction();
      await waiting;
    });
    expect((await collection.findOne({}))?.['n']).toBe(15);
  });
  it('are committed once, however often that is asked', async () => {
    const collection = await filled([]);
    await within(async (session) => {
      session.startTransaction();
      await collection.insertOne({ _id: 1 } as never, { session });
      await session.commitTransaction();
      await session.commitTransaction();
      expect(await ids(collection)).toEqual([1]);
    });
  });
  it('of many writers keep every sum', async () => {
    const collection = await filled([1, 2].map((n) => ({ _id: n, n: 100 })));
    const move = (amount: number) =>
      within((session) =>
        session.withTransaction(async () => {
          await collection.updateOne({ _id: 1 } as never, { $inc: { n: -amount } }, { session });
          await collection.updateOne({ _id: 2 } as never, { $inc: { n: amount } }, { session });
        }),
      );
    await Promise.all([1, 2, 3, 4].map(move));
    const found = await collection.find().sort({ _id: 1 }).toArray();
    expect(found.map(({ n }) => n)).toEqual([90, 110]);
  });
  it('cannot count or drop', async () => {
    const { collectionName } = await filled([{ _id: 1 }]);
    for (const command of [{ count: collectionName }, { drop: collectionName }])
      await within(async (session) => {
        session.startTransaction();
        expect((await refusal(store.db.command(command, { session }))).code).toBe(263);
      });
  });
  it('that there are not cannot be committed or aborted', async () => {
    for (const command of ['commitTransaction', 'abortTransaction']) {
      const client = await store.connect();
      const session = client.startSession();
      const given = { [command]: 1, txnNumber: Long.fromNumber(99), autocommit: false };
      expect((await refusal(client.db('admin').command(given, { session }))).code).toBe(251);
      await session.endSession();
    }
  });
});
