/** A path as Backend.AI's storage proxy has it, and as the design document spells it. */
export const bothSpellings = (path: string): [string, string] => [path, `/manager-api${path}`];
