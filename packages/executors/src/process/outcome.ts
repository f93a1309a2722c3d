/**
 * What came of making something with an outside tool. `diagnostics` is what the tool said, for whoever wrote its input;
 * `cancelled` means that the caller's signal stopped it and nothing was changed.
 */
export type Outcome<T> =
  | ({ ok: true; ms: number } & T)
  | { ok: false; cancelled: false; diagnostics: string; ms: number }
  | { ok: false; cancelled: true; ms: number };
