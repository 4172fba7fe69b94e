import { decodeGlobalID } from '@pothos/plugin-relay';

export interface GlobalId {
  readonly typename: string;
  readonly id: string;
}

/** Reads a Relay global id, the base64 of `Type:id`; null where the text is none. */
export function parseGlobalId(text: string): GlobalId | null {
  try {
    return decodeGlobalID(text);
  } catch {
    return null;
  }
}
