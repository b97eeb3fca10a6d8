import { expect, test } from "vitest";
import { pauseNs, transferNs } from "../../../src/host/epoch-cost.ts";
import { modern } from "../../../src/host/profiles/modern.ts";
import { ms, us } from "../../../src/sim/time.ts";
import { itIsAProfile } from "./profile-contract.ts";

itIsAProfile(modern);

test("modern: an epoch of a few pages fits 400 us, as Stratus reports with 2,500 checkpoints/s", () => {
  const size = { memoryPages: 16_384, dirtyPages: 16 };
  expect(pauseNs(modern, size) + transferNs(modern, 16)).toBeLessThan(us(400));
});

test("modern: 15 MB of dirty pages take about as long as QEMU COLO reports, 24 ms", () => {
  expect(transferNs(modern, 4_000)).toBeGreaterThan(ms(15));
  expect(transferNs(modern, 4_000)).toBeLessThan(ms(30));
});
