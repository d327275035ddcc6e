import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type KeyStore, openKeyStore, SubjectErased } from './key-store.ts';

describe('the key store', () => {
  let directory: string;
  let keys: KeyStore;

  beforeEach(() => {
    directory = join(mkdtempSync(join(tmpdir(), 'quadrant-keys-')), 'keys');
    keys = openKeyStore({ directory });
  });

  afterEach(async () => {
    await keys.close();
    rmSync(join(directory, '..'), { recursive: true });
  });

  it('is made in spite of what a process left that was killed while making it', async () => {
    const other = join(directory, '..', 'other');
    mkdirSync(other);
    writeFileSync(join(other, `data.mdb.new-${process.pid}`), 'half of a file');
    const store = openKeyStore({ directory: other });
    const sealed = await store.seal('customer-C1', 'name', 'A');
    await store.close();
    expect(readdirSync(other).sort()).toEqual(['data.mdb', 'lock.mdb']);
    expect(statSync(join(other, 'data.mdb')).mode & 0o077).toBe(0);
    const again = openKeyStore({ directory: other });
    expect(again.open('customer-C1', 'name', sealed)).toBe('A');
    await again.close();
  });

  it('opens what it sealed, for any JSON value', async () => {
    for (const value of ['Grüner Weg 5 · 绿路', '', 0, null, false, { email: 'a@b.example', tags: ['x'] }]) {
      const sealed = await keys.seal('customer-C1', 'contacts', value);
      expect(keys.open('customer-C1', 'contacts', sealed)).toEqual(value);
    }
  });

  it('shows nothing of the value and never the same envelope twice', async () => {
    const one = await keys.seal('customer-C1', 'name', 'Vins et alcools Chevalier');
    const two = await keys.seal('customer-C1', 'name', 'Vins et alcools Chevalier');
    expect(JSON.stringify(one)).not.toContain('Chevalier');
    expect(one.sealed.ciphertext).not.toBe(two.sealed.ciphertext);
    expect(one.sealed.keyId).toBe(two.sealed.keyId);
  });

  it('gives each subject a key of its own', async () => {
    const one = await keys.seal('customer-C1', 'name', 'A');
    const other = await keys.seal('customer-C2', 'name', 'A');
    expect(one.sealed.keyId).not.toBe(other.sealed.keyId);
    expect(keys.open('customer-C2', 'name', one)).toBeUndefined();
  });

  it('two first writers at once agree on one key', async () => {
    const sealed = await Promise.all(
      Array.from({ length: 20 }, (_, i) => keys.seal('customer-C9', 'name', `value ${i}`)),
    );
    expect(new Set(sealed.map((each) => each.sealed.keyId)).size).toBe(1);
    expect(sealed.map((each) => keys.open('customer-C9', 'name', each))).toEqual(
      sealed.map((_, i) => `value ${i}`),
    );
  });

  it('refuses an envelope that was moved to another field or changed', async () => {
    const sealed = await keys.seal('customer-C1', 'name', 'Paul');
    expect(() => keys.open('customer-C1', 'contacts', sealed)).toThrow();
    const bytes = Buffer.from(sealed.sealed.ciphertext, 'base64');
    bytes.writeUInt8(bytes.readUInt8(0) ^ 1, 0);
    const changed = { sealed: { ...sealed.sealed, ciphertext: bytes.toString('base64') } };
    expect(() => keys.open('customer-C1', 'name', changed)).toThrow();
  });

  it('forgets a destroyed subject for good, also after a restart', async () => {
    const sealed = await keys.seal('customer-C1', 'name', 'Paul');
    await keys.destroy('customer-C1');
    expect(keys.open('customer-C1', 'name', sealed)).toBeUndefined();
    expect(keys.isErased('customer-C1')).toBe(true);
    await expect(keys.seal('customer-C1', 'name', 'Paul')).rejects.toThrow(SubjectErased);
    await keys.close();
    keys = openKeyStore({ directory });
    expect(keys.open('customer-C1', 'name', sealed)).toBeUndefined();
    await expect(keys.seal('customer-C1', 'name', 'Paul')).rejects.toThrow(SubjectErased);
  });

  it('keeps keys over a restart in a directory that only this user can enter', async () => {
    const sealed = await keys.seal('customer-C1', 'name', 'Paul');
    await keys.close();
    keys = openKeyStore({ directory });
    expect(keys.open('customer-C1', 'name', sealed)).toBe('Paul');
    expect(statSync(directory).mode & 0o777).toBe(0o700);
  });
});
