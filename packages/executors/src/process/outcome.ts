/**
 * Result of making something with an external tool. `diagnostics` holds the messages of the tool, for the author of its
 * input. `cancelled` means that the caller's signal stopped the tool, and nothing was changed.
 */
export type Outcome<T> =
  | ({ ok: true; ms: number } & T)
  | { ok: false; cancelled: false; diagnostics: string; ms: number }
  | { ok: false; cancelled: true; ms: number };
