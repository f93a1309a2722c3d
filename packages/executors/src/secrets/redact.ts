/** Shorter values are left: replacing every `a` would hide what the text is about, and hide nothing. */
const shortest = 8;
const mask = '***';

/**
 * Takes known values out of text that comes from elsewhere, such as the API server's messages: a value itself, its lines, as it is
 * inside JSON, and in base64, also as a part of something longer.
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
  const base64 = [value, Buffer.from(text.trim())].flatMap(base64FormsOf);
  return [...texts, ...texts.map((part) => JSON.stringify(part).slice(1, -1)), ...base64];
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
