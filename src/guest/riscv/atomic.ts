import { OPERATION } from "./operation.ts";

/**
 * What an atomic memory operation stores.
 *
 * @param operation From `amoswap.w` to `amomaxu.w`.
 * @param old The word in memory, signed.
 * @param operand The register's, signed.
 */
export function atomicResult(operation: number, old: number, operand: number): number {
  switch (operation) {
    case OPERATION["amoadd.w"]:
      return (old + operand) | 0;
    case OPERATION["amoxor.w"]:
      return old ^ operand;
    case OPERATION["amoand.w"]:
      return old & operand;
    case OPERATION["amoor.w"]:
      return old | operand;
    case OPERATION["amomin.w"]:
      return Math.min(old, operand);
    case OPERATION["amomax.w"]:
      return Math.max(old, operand);
    case OPERATION["amominu.w"]:
      return old >>> 0 < operand >>> 0 ? old : operand;
    case OPERATION["amomaxu.w"]:
      return old >>> 0 > operand >>> 0 ? old : operand;
    default:
      return operand;
  }
}
