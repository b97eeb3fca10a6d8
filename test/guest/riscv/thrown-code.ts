/** The code of what an action throws; `undefined` if it throws nothing or something without one. */
export function thrownCode(action: () => unknown): string | undefined {
  try {
    action();
  } catch (thrown) {
    const { code } = thrown as { code?: unknown };
    return typeof code === "string" ? code : undefined;
  }
  return undefined;
}
