import { register } from 'node:module';

/** Loaded before a process (`--import`), it gives it lmdb with the setting that both stores turn off: a planted defect. */
register(new URL('./overlapping-lmdb-hooks.js', import.meta.url));
