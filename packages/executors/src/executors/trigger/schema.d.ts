/** Options of the trigger executor; what they mean and default to stands in schema.json. */
export interface TriggerOptions {
  targets: string[];
  output?: 'text' | 'json';
}
