/** Shorter values are left: replacing every `a` would hide what the text is about, and hide nothing. */
const shortest = 8;
const mask = '***';

/**
 * Takes known values out of text that comes from elsewhere, such as the API server's messages: a value itself, its lines, as it is
 * inside of JSON, and in base64, also as a part of something longer.
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
    // Made when they are first needed, which is when something has failed. The longest first, for one may hold another.
    this.#forms ??= [...new Set(this.#values.flatMap(formsOf))].sort((a, b) => b.length - a.length);
    return this.#forms.reduce((cleaned, form) => cleaned.replaceAll(form, mask), text);
  }
}

function formsOf(value: Buffer): string[] {
  const text = value.toString('utf8');
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  const texts = [text, text.trim(), ...lines].filter((part) => part.length >= shortest);
  // A registry's credentials are JSON in base64.
  const encoded = [text.trim(), ...jsonFormsOf(text.trim())].map((form) => Buffer.from(form));
  return [...texts, ...texts.flatMap(jsonFormsOf), ...[value, ...encoded].flatMap(base64FormsOf)];
}

/** What a text is inside of JSON: as JavaScript writes it, and as Go does, which also escapes what means something in HTML or JavaScript. */
function jsonFormsOf(text: string): string[] {
  const json = JSON.stringify(text).slice(1, -1);
  const escape = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return [json, json.replace(/[<>&\u2028\u2029]/g, escape)];
}

/**
 * What base64 of anything that holds the value holds: for each of the three places at which the value can begin within a group
 * of three bytes, the characters that depend on nothing but the value.
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
