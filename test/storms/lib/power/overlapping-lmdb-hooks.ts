const SUBSTITUTE = new URL('./overlapping-lmdb.js', import.meta.url).href;

interface Context {
  readonly parentURL?: string;
}

/** Everybody but the substitute itself gets the substitute. Source: Node.js, "Customization Hooks". */
export function resolve(
  specifier: string,
  context: Context,
  next: (specifier: string, context: Context) => unknown,
): unknown {
  if (specifier === 'lmdb' && context.parentURL !== SUBSTITUTE)
    return { url: SUBSTITUTE, shortCircuit: true };
  return next(specifier, context);
}
