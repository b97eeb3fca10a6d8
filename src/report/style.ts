/** What a piece of text is, for whoever gives it a colour. */
export type Tone = "good" | "bad" | "warning" | "quiet" | "strong";

/**
 * Gives a text its look. What it adds must take no room on the screen: columns are aligned before.
 */
export type Style = (tone: Tone, text: string) => string;

/** Leaves every text as it is. */
export const plain: Style = (_tone, text) => text;

/** No line of a report is wider than this. */
export const LINE_WIDTH_MAX = 100;
