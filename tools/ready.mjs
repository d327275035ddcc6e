// Brings a checkout to the state in which `npm start` and `npm test` work: dependencies installed from the lock
// file, sources built. Knows what is stale by content, not by file times. Node built-ins only, because it runs
// before anything is installed.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const lock = join(root, '.ready.lock');

function requireNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    console.error(`Quadrant needs Node 20.19 or newer; this is ${process.versions.node}.`);
    process.exit(1);
  }
}

function alive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/** One preparation at a time: two first runs side by side would tear each other's install. */
function takeLock() {
  let told = false;
  for (;;) {
    try {
      writeFileSync(lock, String(process.pid), { flag: 'wx' });
      process.on('exit', () => rmSync(lock, { force: true }));
      for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1));
      return;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    const holder = Number(existsSync(lock) ? readFileSync(lock, 'utf8') : 0);
    if (holder && !alive(holder)) rmSync(lock, { force: true });
    else if (!told) {
      told = true;
      console.error(`Waiting for another preparation of this checkout (process ${holder}) to end …`);
    }
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
  }
}

function* filesUnder(path) {
  if (!existsSync(path)) return;
  if (statSync(path).isFile()) {
    yield path;
    return;
  }
  const entries = readdirSync(path).sort();
  for (const entry of entries) if (entry !== 'node_modules') yield* filesUnder(join(path, entry));
}

function hashOf(paths, ...extra) {
  const hash = createHash('sha256');
  for (const path of paths) {
    for (const file of filesUnder(join(root, path)))
      hash.update(file.slice(root.length)).update('\0').update(readFileSync(file));
  }
  return hash.update(extra.join('\0')).digest('hex');
}

function step(title, stamp, hash, command, args, before = () => {}) {
  const path = join(root, stamp);
  if (existsSync(path) && readFileSync(path, 'utf8') === hash) return;
  rmSync(path, { force: true });
  before();
  const start = Date.now();
  process.stderr.write(`${title} … `);
  const run = spawnSync(command, args, {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64 << 20,
    shell: process.platform === 'win32',
  });
  if (run.status !== 0) {
    console.error(`failed\n${run.stdout ?? ''}${run.stderr ?? ''}${run.error ?? ''}`);
    process.exit(1);
  }
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, hash);
  console.error(`${((Date.now() - start) / 1000).toFixed(1)} s`);
}

requireNode();
takeLock();
const machine = `${process.version} ${process.platform} ${process.arch}`;
step(
  'Installing dependencies',
  'node_modules/.ready',
  hashOf(['package-lock.json', '.npmrc'], machine),
  'npm',
  ['ci', '--no-audit', '--no-fund'],
);
const sources = [
  'package.json',
  'package-lock.json',
  'tsconfig.json',
  'tsconfig.build.json',
  'apps',
  'libs',
  'test/benchmarks',
  'test/storms',
];
step('Building', 'dist/.ready', hashOf(sources), 'npm', ['run', '-s', 'build'], () =>
  rmSync(join(root, 'dist'), { recursive: true, force: true }),
);
