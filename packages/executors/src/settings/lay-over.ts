import { below, branches, whereOf, type Place } from './expand.js';
import type { SettingsLayer } from './load.js';
import { merge } from './merge.js';
import type { Mistake } from './mistake.js';
import { nearest } from './nearest.js';
import { isRecord } from './record.js';
import { executorSchema, wholeSchema, type Schema } from './schema.js';
import { missingFields, type Missing } from './validate.js';

/** A target and its options before settings. */
export interface Laid<Options extends object> {
  target: string;
  executor?: string;
  options: Options;
}

/**
 * Returns the target's options with the settings merged over them, lowest precedence first.
 *
 * @param layers settings files that `loadSettings` has checked, each alone
 * @param mistakes receives the mistakes that only the merged options have
 */
export async function layOver<Options extends object>(
  { target, executor = '', options }: Laid<Options>,
  layers: readonly SettingsLayer[],
  mistakes: Mistake[],
): Promise<Options> {
  const found = await executorSchema(executor);
  const about = layers.filter(({ settings }) => settings[target]);
  if (!found || about.length === 0) return options;
  const schema = wholeSchema(found);
  let laid: unknown = options;
  for (const layer of about) {
    laid = merge(laid, layer.settings[target], branches(schema), placeIn(layer, target), mistakes);
  }
  for (const missing of await missingOnlyNow(options, laid, schema)) {
    // Blame the layer of highest precedence that sets the object.
    const layer = about.findLast(({ settings }) => at(settings[target], missing.keys) !== undefined)!;
    mistakes.push(mistakeOf(missing, placeIn(layer, target), options));
  }
  return laid as Options;
}

/** Returns required fields that only the merged options lack: a gap in the options alone is no fault of settings. */
async function missingOnlyNow(before: unknown, now: unknown, schema: Schema): Promise<Missing[]> {
  const known = new Set((await missingFields(before, schema)).map((missing) => JSON.stringify(missing)));
  return (await missingFields(now, schema)).filter((missing) => !known.has(JSON.stringify(missing)));
}

/** Suggests the nearest sibling: an incomplete entry is most likely another entry with its name mistyped. */
function mistakeOf({ keys, field }: Missing, place: Place, options: unknown): Mistake {
  const siblings = at(options, keys.slice(0, -1));
  const near = isRecord(siblings) && nearest(String(keys.at(-1)), Object.keys(siblings));
  return {
    where: whereOf(keys.reduce(below, place)),
    mistake: `has no ${field}`,
    next: near ? `Did you mean ${near}?` : 'Add it, or correct the name.',
  };
}

function placeIn({ label }: SettingsLayer, target: string): Place {
  return { file: label, path: target };
}

function at(value: unknown, keys: readonly (string | number)[]): unknown {
  return keys.reduce<unknown>((inner, key) => (inner as Record<string, unknown> | undefined)?.[key], value);
}
