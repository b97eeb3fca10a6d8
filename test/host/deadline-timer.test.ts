import { expect, test } from "vitest";
import { DeadlineTimer, NEVER } from "../../src/host/deadline-timer.ts";
import { Engine } from "../../src/sim/engine.ts";
import { ms } from "../../src/sim/time.ts";

function timerOf(action: (timer: DeadlineTimer) => void = () => {}): {
  engine: Engine;
  timer: DeadlineTimer;
  reached: number[];
} {
  const engine = new Engine({ seed: 1 });
  const reached: number[] = [];
  const timer: DeadlineTimer = new DeadlineTimer(engine, "t", () => {
    reached.push(engine.now);
    action(timer);
  });
  engine.spawn("timer", engine.createOwner("o"), () => timer.run());
  engine.run();
  return { engine, timer, reached };
}

test("deadline timer: acts once when the deadline is reached", () => {
  const { engine, timer, reached } = timerOf();
  timer.set(ms(3));
  expect(timer.isSet).toBe(true);
  engine.run();
  expect([reached, timer.isSet]).toEqual([[ms(3)], false]);
});

test("deadline timer: moved later it acts later", () => {
  const { engine, timer, reached } = timerOf();
  timer.set(ms(3));
  engine.at(ms(2), () => timer.set(ms(5)));
  engine.at(ms(4), () => timer.set(ms(9)));
  engine.run();
  expect(reached).toEqual([ms(9)]);
});

test("deadline timer: moved earlier it acts earlier", () => {
  const { engine, timer, reached } = timerOf();
  timer.set(ms(30));
  engine.at(ms(2), () => timer.set(ms(5)));
  engine.run();
  expect(reached).toEqual([ms(5)]);
});

test("deadline timer: taken away it does not act", () => {
  const { engine, timer, reached } = timerOf();
  timer.set(ms(3));
  engine.at(ms(2), () => timer.set(NEVER));
  engine.run();
  expect(reached).toEqual([]);
});

test("deadline timer: set again after being taken away", () => {
  const { engine, timer, reached } = timerOf();
  timer.set(ms(3));
  engine.at(ms(1), () => timer.set(NEVER));
  engine.at(ms(2), () => timer.set(ms(4)));
  engine.run();
  expect(reached).toEqual([ms(4)]);
});

test("deadline timer: the action may set the next deadline", () => {
  const { engine, timer, reached } = timerOf((self) => {
    if (reached.length < 3) self.set(engine.now + ms(2));
  });
  timer.set(ms(1));
  engine.run();
  expect(reached).toEqual([ms(1), ms(3), ms(5)]);
});

test("deadline timer: without a deadline, or when one only moves later, there are few events", () => {
  const { engine, timer } = timerOf();
  expect(engine.run({ until: ms(100) })).toMatchObject({ events: 0, reason: "idle" });
  timer.set(engine.now + ms(10));
  engine.run({ until: engine.now + ms(1) });
  for (let i = 0; i < 1_000; i += 1) timer.set(engine.now + ms(10) + i);
  expect(engine.run().events).toBeLessThanOrEqual(3);
});
