declare const brand: unique symbol;

/** A value that was checked once, at the edge; the type is the proof. `as` is written only where one is made. */
export type Brand<T, Name extends string> = T & { readonly [brand]: Name };
