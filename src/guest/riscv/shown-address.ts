/** An address as errors of the machine show it: hexadecimal with at least eight digits. */
export function shownAddress(address: number): string {
  if (!Number.isSafeInteger(address) || address < 0) return String(address);
  return `0x${address.toString(16).padStart(8, "0")}`;
}
