/** Minimum length (bytes) of a redacted value: to replace every `a` would make the text useless and protect nothing. */
const shortest = 8;
const mask = '***';

/**
 * Removes known values from text of foreign origin, such as the API server's messages. Finds a value as it is, each of
 * its lines, its JSON forms, and its base64 forms, also inside longer base64.
 */
export class Redactor {
  readonly #values: Buffer[] = [];
  #forms?: string[];

  register(value: Buffer | string): void {
    const bytes = Buffer.from(value as Buffer);
    if (bytes.length < shortest) return;
    this.#values.push(bytes);
    this.#forms = undefined;
  }

  redact(text: string): string {
    // Computed lazily, since only failures need them. Longest first, since one value may contain another.
    this.#forms ??= [...new Set(this.#values.flatMap(formsOf))].sort((a, b) => b.length - a.length);
    return this.#forms.reduce((cleaned, form) => cleaned.replaceAll(form, mask), text);
  }
}

function formsOf(value: Buffer): string[] {
  const text = value.toString('utf8');
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  const texts = [text, text.trim(), ...lines].filter((part) => part.length >= shortest);
  // A registry's credentials are base64 of JSON.
  const encoded = [text.trim(), ...jsonFormsOf(text.trim())].map((form) => Buffer.from(form));
  return [...texts, ...texts.flatMap(jsonFormsOf), ...[value, ...encoded].flatMap(base64FormsOf)];
}

/** Returns a text as it stands inside JSON. Go also escapes characters with a meaning in HTML and JavaScript. */
function jsonFormsOf(text: string): string[] {
  const json = JSON.stringify(text).slice(1, -1);
  const escape = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return [json, json.replace(/[<>&\u2028\u2029]/g, escape)];
}

/**
 * Returns the strings that occur in base64 of any bytes that contain the value. The value can begin at three offsets in
 * a group of three bytes; each offset gives one string, of the characters that depend on the value alone.
 */
function base64FormsOf(value: Buffer): string[] {
  if (value.length < shortest) return [];
  const whole = value.toString('base64');
  const parts = [0, 1, 2].map((before) => {
    const encoded = Buffer.concat([Buffer.alloc(before), value])
      .toString('base64')
      .replace(/=+$/, '');
    const first = Math.ceil((before * 8) / 6);
    const last = Math.floor(((before + value.length) * 8) / 6);
    return encoded.slice(first, last);
  });
  const forms = [whole, ...parts];
  return [...forms, ...forms.map((form) => form.replaceAll('+', '-').replaceAll('/', '_'))];
}
