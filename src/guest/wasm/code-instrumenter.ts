import { StandinTypeError } from "../../sim/errors.ts";
import { AssignedLocals } from "./assigned-locals.ts";
import type { WasmBinaryReader } from "./binary-reader.ts";
import { WasmBinaryWriter } from "./binary-writer.ts";
import { type FunctionOutline, outlineFunctions, readEntries } from "./function-outline.ts";
import { expectValueType, WasmInstructionReader } from "./instruction-reader.ts";
import { MarkWriter } from "./mark-writer.ts";
import { SectionId, type WasmModuleOutline } from "./module-outline.ts";
import { Opcode, Operand, type StoreShape, storeShapeOf } from "./opcodes.ts";
import { encodeSection } from "./section-writer.ts";
import { type StorePlan, StorePlanner } from "./store-plan.ts";
import { TemporaryLocals } from "./temporary-locals.ts";
import { ValueNames } from "./value-names.ts";

/** Mistakes of the instrumentation for tests to notice; all are off unless set. */
export interface StoreMarkDefects {
  /** A store that lies across two pages marks the first only. */
  readonly firstPageOnly?: boolean;
}

/** Most local variables of a function, as engines have it. */
const LOCALS_MAX = 50_000;

/** What may not go on with the next instruction. */
const BRANCHES: ReadonlySet<number> = new Set([
  Opcode.unreachable,
  Opcode.branch,
  Opcode.branchIf,
  Opcode.branchTable,
  Opcode.return,
]);

/**
 * The code section of a module, with marks behind what is stored; empty for a module without code.
 *
 * What a function does is only looked at as far as it must be: a module that was not valid stays so.
 *
 * @throws StandinTypeError `WASM_MALFORMED`; `WASM_UNSUPPORTED` for an instruction or a type that is not
 *   understood.
 */
export function instrumentCode(
  bytes: Uint8Array,
  outline: WasmModuleOutline,
  broken: StoreMarkDefects = {},
): Uint8Array {
  const functions = outlineFunctions(bytes, outline);
  const own = functions.functions.slice(functions.importedCount);
  const instrumenter = new FunctionInstrumenter(bytes, functions, broken);
  const content = new WasmBinaryWriter().u32(own.length);
  let count = 0;
  readEntries(bytes, outline, SectionId.code, (reader) => {
    const body = reader.part(reader.u32());
    const { parameters } = own[count] ?? reader.fail("more code than functions");
    instrumenter.rewrite(body, parameters, content);
    count += 1;
  });
  if (count !== own.length) {
    throw new StandinTypeError(
      "WASM_MALFORMED",
      `expected code for ${own.length} functions, got ${count}`,
    );
  }
  return count === 0 ? new Uint8Array(0) : encodeSection(SectionId.code, content.written);
}

/** Rewrites functions, in three passes over each: what is assigned, what is to be marked, the code. */
class FunctionInstrumenter {
  readonly #bytes: Uint8Array;
  readonly #firstPageOnly: boolean;
  readonly #body = new WasmBinaryWriter();
  readonly #groups = new WasmBinaryWriter();
  readonly #code = new WasmBinaryWriter();
  readonly #assigned = new AssignedLocals();
  readonly #names: ValueNames;
  readonly #planner = new StorePlanner();
  readonly #temporaries = new TemporaryLocals();
  readonly #marks: MarkWriter = new MarkWriter(this.#code, this.#temporaries);

  constructor(bytes: Uint8Array, functions: FunctionOutline, broken: StoreMarkDefects) {
    this.#bytes = bytes;
    this.#names = new ValueNames(functions);
    this.#firstPageOnly = broken.firstPageOnly === true;
  }

  /** Reads a function's body and writes it, with its size in front. */
  rewrite(reader: WasmBinaryReader, parameterCount: number, into: WasmBinaryWriter): void {
    this.#groups.clear();
    this.#code.clear();
    const groupCount = reader.u32();
    let localCount = parameterCount;
    for (let left = groupCount; left > 0; left -= 1) localCount += this.#copyGroup(reader);
    if (localCount > LOCALS_MAX) reader.fail(`${localCount} local variables`);
    this.#temporaries.begin(localCount);
    this.#noteAssigned(reader.rest(), localCount);
    this.#rewriteCode(reader, this.#plan(reader.rest(), localCount));
    this.#body.clear();
    this.#body.u32(groupCount + this.#temporaries.count).bytes(this.#groups.written);
    this.#temporaries.declare(this.#body);
    this.#body.bytes(this.#code.written);
    into.u32(this.#body.length).bytes(this.#body.written);
  }

  /** Copies the declaration of some local variables of one type; returns how many they are. */
  #copyGroup(reader: WasmBinaryReader): number {
    const count = reader.u32();
    const type = reader.byte();
    expectValueType(reader, type);
    this.#groups.u32(count).byte(type);
    return count;
  }

  /** The first pass, which also sees that the function ends where its bytes do. */
  #noteAssigned(reader: WasmBinaryReader, localCount: number): void {
    const instruction = new WasmInstructionReader(reader);
    this.#assigned.begin(localCount, reader.left);
    for (let depth = 1; depth > 0; ) {
      instruction.next();
      const { prefix, opcode, operand, first } = instruction;
      // one of the variables that are added would take the place of one that is not there
      if (operand === Operand.local && first >= localCount) reader.fail(`local ${first}`);
      this.#assigned.note(instruction);
      if (operand === Operand.blockType) depth += 1;
      else if (prefix === 0 && opcode === Opcode.end) depth -= 1;
    }
    if (!reader.done) reader.fail("bytes behind a function's end");
  }

  #plan(reader: WasmBinaryReader, localCount: number): StorePlan[] {
    const instruction = new WasmInstructionReader(reader);
    this.#names.begin(localCount, this.#assigned);
    this.#planner.begin();
    while (!reader.done) {
      instruction.next();
      const shape = shapeOf(instruction);
      if (shape !== undefined) this.#planStore(instruction, shape);
      else this.#planBetween(instruction);
      this.#names.step(instruction, reader);
    }
    return this.#planner.plan();
  }

  #planStore({ second }: WasmInstructionReader, { sizeBytes }: StoreShape): void {
    const address = this.#names.peek(1);
    this.#planner.addStore(address, second, this.#firstPageOnly ? 1 : sizeBytes);
  }

  #planBetween({ prefix, opcode, operand }: WasmInstructionReader): void {
    if (prefix !== 0) return;
    if (operand === Operand.blockType) this.#planner.open(opcode === Opcode.if);
    else if (opcode === Opcode.else) this.#planner.else();
    else if (opcode === Opcode.end) this.#planner.close();
    else if (BRANCHES.has(opcode)) this.#planner.cut();
  }

  #rewriteCode(reader: WasmBinaryReader, plans: readonly StorePlan[]): void {
    const instruction = new WasmInstructionReader(reader);
    let copiedTo = reader.offset;
    let stores = 0;
    while (!reader.done) {
      instruction.next();
      if (!touchesMemory(instruction)) continue;
      this.#code.bytes(this.#bytes.subarray(copiedTo, instruction.start));
      const shape = shapeOf(instruction);
      if (shape === undefined) this.#rewrite(instruction);
      else {
        this.#marks.store(instruction, shape, plans[stores]!);
        stores += 1;
      }
      copiedTo = reader.offset;
    }
    this.#code.bytes(this.#bytes.subarray(copiedTo, reader.offset));
  }

  #rewrite(instruction: WasmInstructionReader): void {
    const { prefix, opcode, operand } = instruction;
    if (operand === Operand.access || operand === Operand.accessLane) {
      this.#marks.access(instruction);
    } else if (prefix !== 0) this.#marks.range(instruction);
    else if (opcode === Opcode.memorySize) this.#marks.size();
    else this.#marks.grow();
  }
}

function shapeOf({ prefix, opcode, operand }: WasmInstructionReader): StoreShape | undefined {
  if (operand !== Operand.access && operand !== Operand.accessLane) return undefined;
  return storeShapeOf(prefix, opcode);
}

function touchesMemory({ operand }: WasmInstructionReader): boolean {
  return (
    operand === Operand.access ||
    operand === Operand.accessLane ||
    operand === Operand.memory ||
    operand === Operand.memories ||
    operand === Operand.segment
  );
}
