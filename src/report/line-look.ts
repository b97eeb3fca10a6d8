/** What tells a line of a chart from the others: its colours, its dashes, and the mark at its points. */
export interface LineLook {
  /** Class of its elements. */
  readonly name: string;
  /** Colour on a light page, and on a dark one; told apart by readers who see fewer colours, too. */
  readonly light: string;
  readonly dark: string;
  /** `stroke-dasharray`; empty for none. */
  readonly dashes: string;
  /** The mark's outline around 0,0. */
  readonly outline: string;
}

/** Looks in the order in which lines take them. Colours after Okabe and Ito, darker and lighter as each page needs. */
export const lineLooks: readonly LineLook[] = [
  look("a", "#0369a1", "#7dd3fc", "", "M-3 -3H3V3H-3z"),
  look("b", "#c2410c", "#fdba74", "7 3", "M0 -4L4 3H-4z"),
  look("c", "#047857", "#6ee7b7", "2 3", "M-3.2 0a3.2 3.2 0 1 0 6.4 0a3.2 3.2 0 1 0 -6.4 0z"),
  look("d", "#86198f", "#f0abfc", "9 3 2 3", "M0 -4.2L4.2 0L0 4.2L-4.2 0z"),
  look("e", "#854d0e", "#fde047", "1 2", "M0 4L4 -3H-4z"),
];

/** The mark of a line at a point. */
export function marker({ name, outline }: LineLook, x: number, y: number): string {
  const [across, down] = [x, y].map((each) => Number(each.toFixed(1)));
  return `<path class="${name} mark" transform="translate(${across} ${down})" d="${outline}"/>`;
}

function look(
  name: string,
  light: string,
  dark: string,
  dashes: string,
  outline: string,
): LineLook {
  return { name, light, dark, dashes, outline };
}
