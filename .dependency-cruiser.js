const only = (room, pattern, comment) => ({
  name: `${pattern.name}-only-in-${room.name}`,
  comment,
  severity: 'error',
  from: { pathNot: room.path },
  to: { path: pattern.path },
});

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    {
      name: 'no-cycles',
      comment: 'A cycle has no way of the data.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-unresolved',
      comment: 'An import that cannot be resolved hides every other rule.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'kernel-depends-on-nothing',
      comment: 'The kernel is the vocabulary: it knows no other room.',
      severity: 'error',
      from: { path: '^libs/kernel/' },
      to: { path: '^(libs/(?!kernel/)|apps/)' },
    },
    {
      name: 'contracts-depend-on-kernel',
      comment: 'Contracts are read by every room and by people outside: they stand on the kernel alone.',
      severity: 'error',
      from: { path: '^libs/contracts/' },
      to: { path: '^(libs/(?!kernel/|contracts/)|apps/)' },
    },
    only(
      { name: 'journal', path: '^libs/(journal|embedded-eventstore)/|^test/' },
      { name: 'eventstore', path: 'node_modules/@eventstore/' },
      'One room knows EventStoreDB; production is another URI, not another code path.',
    ),
    only(
      { name: 'read-models', path: '^libs/(read-models|embedded-mongodb)/|^test/' },
      { name: 'mongodb', path: 'node_modules/mongodb/' },
      'One room knows MongoDB.',
    ),
    only(
      { name: 'embedded-stores', path: '^libs/embedded-|^libs/journal/src/keys|^libs/lmdb-copy/' },
      { name: 'lmdb', path: 'node_modules/lmdb/' },
      "LMDB is the embedded stores' (and the key store's) own affair.",
    ),
    {
      name: 'embedded-stores-stand-alone',
      comment:
        'The application must not know which store it talks to; the stores know nothing of it. A lock on a directory and a copy of a file are neither.',
      severity: 'error',
      from: { path: '^libs/embedded-' },
      to: { path: '^(libs/(?!embedded-|directory-lock/|lmdb-copy/)|apps/)' },
    },
    {
      name: 'stores-are-started-by-apps-only',
      comment: 'Rooms reach a store by its URI.',
      severity: 'error',
      from: { path: '^libs/(?!embedded-)', pathNot: '^libs/[^/]+/test/|\\.spec\\.ts$' },
      to: { path: '^libs/embedded-' },
    },
    {
      name: 'rules-are-pure',
      comment:
        'Deciders, measures, KPIs and steps are functions of their arguments: no Nest, no I/O, no clock.',
      severity: 'error',
      from: {
        path: '(decider\\.ts$|^libs/scorecard/|^libs/kernel/|^libs/contracts/)',
        pathNot: '\\.spec\\.ts$',
      },
      to: {
        path: '(node_modules/(@nestjs|@eventstore|mongodb|lmdb|fastify)/|^libs/(journal|read-models|intake|access)/)|^(node:)?(fs|net|http|https|child_process|dgram|worker_threads|timers)(/|$)',
      },
    },
    {
      name: 'reperformance-is-independent',
      comment: 'The second way to a figure shares only vocabulary and contracts with the first.',
      severity: 'error',
      from: { path: '^libs/reperformance/' },
      to: { path: '^(libs/(?!reperformance/|kernel/|contracts/)|apps/)' },
    },
    {
      name: 'rooms-by-their-public-file',
      comment: 'A room is entered through src/index.ts.',
      severity: 'error',
      from: { path: '^(libs/([^/]+)|apps/([^/]+))/' },
      to: { path: '^libs/([^/]+)/src/', pathNot: ['^libs/$2/', '^libs/[^/]+/src/index\\.ts$'] },
    },
    {
      name: 'libs-do-not-import-apps',
      comment: 'Apps wire rooms together; nothing depends on them.',
      severity: 'error',
      from: { path: '^libs/' },
      to: { path: '^apps/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^dist/' },
    tsPreCompilationDeps: true,
    parser: 'swc',
    enhancedResolveOptions: {
      conditionNames: ['quadrant-source', 'types', 'import', 'node', 'default'],
      exportsFields: ['exports'],
      extensions: ['.ts', '.tsx', '.js', '.json'],
    },
  },
};
