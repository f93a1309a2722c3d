/**
 * @typedef {object} Option
 * @property {string} [title]
 * @property {string} [description]
 * @property {string | string[]} [type]
 * @property {Option[]} [oneOf]
 * @property {Option[]} [anyOf]
 * @property {Option} [then]
 * @property {Option} [items]
 * @property {Record<string, Option>} [properties]
 * @property {boolean | Option} [additionalProperties]
 * @property {string[]} [required]
 * @property {unknown[]} [enum]
 * @property {unknown} [default]
 * @property {string} [x-default] a default that is found out when the target runs, in words
 * @property {unknown[]} [examples]
 * @property {string} [$ref] to one of the schema's definitions
 * @property {{ $source: string, index?: number }} [$default] where a command line gives it without its name
 */

/** @typedef {Record<string, Option>} Definitions */

/**
 * @typedef {object} Place an option within another one
 * @property {string} path as it is reached: `patches[].target.kind`
 * @property {Option} option
 * @property {boolean} required
 */

/**
 * Returns every option within an option, at any depth. Options shared by reference are listed once, at their first
 * place. Pure.
 *
 * @param {string} path of the option
 * @param {Option} option
 * @param {Definitions} [definitions]
 * @returns {Place[]}
 */
export function optionsWithin(path, option, definitions = {}) {
  /** @type {Set<string>} */
  const met = new Set();
  /** @param {string} path @param {Option | boolean | undefined} given @returns {Place[]} */
  const within = (path, given) => {
    if (typeof given !== 'object') return [];
    if (given.$ref) {
      if (met.has(given.$ref)) return [];
      met.add(given.$ref);
    }
    const { oneOf = [], anyOf = [], then, items, properties = {}, ...rest } = resolved(given, definitions);
    return [
      ...[...oneOf, ...anyOf, then].flatMap((part) => within(path, part)),
      ...within(`${path}[]`, items),
      ...within(`${path}.*`, rest.additionalProperties),
      ...Object.entries(properties).flatMap(([key, inner]) => {
        const place = { path: `${path}.${key}`, option: resolved(inner, definitions), required: !!rest.required?.includes(key) }; // prettier-ignore
        return [place, ...within(place.path, inner)];
      }),
    ];
  };
  return within(path, option);
}

/** Resolves an option's reference. @param {Option} option @param {Definitions} definitions @returns {Option} */
function resolved(option, definitions) {
  const { $ref, ...own } = option;
  return $ref ? { ...definitions[$ref.replace('#/definitions/', '')], ...own } : option;
}
