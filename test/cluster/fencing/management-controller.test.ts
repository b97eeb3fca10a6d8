import { expect, test } from "vitest";
import {
  controllerOf,
  ManagementController,
} from "../../../src/cluster/fencing/management-controller.ts";
import {
  confirmationPort,
  encodePower,
  POWER_PORT,
} from "../../../src/cluster/fencing/power-message.ts";
import { Network } from "../../../src/host/network.ts";
import { Engine } from "../../../src/sim/engine.ts";
import { ms } from "../../../src/sim/time.ts";

function setUp(powerOff?: number) {
  const engine = new Engine({ seed: 1 });
  const network = new Network(engine);
  const [a, b, node] = ["a", "b", controllerOf("b")].map((name) => network.addHost(name)) as [
    ReturnType<Network["addHost"]>,
    ReturnType<Network["addHost"]>,
    ReturnType<Network["addHost"]>,
  ];
  network.connect(a, node);
  const time = powerOff === undefined ? {} : { powerOff };
  const controller = new ManagementController({ engine, network, managed: b, node, ...time });
  const answers = a.open(confirmationPort("m"));
  const order = (term: number, forNs = ms(50)): void => {
    network.send(a, node.name, POWER_PORT, encodePower({ type: "order", machine: "m", term }));
    engine.run({ until: engine.now + forNs });
  };
  return { engine, network, a, b, node, controller, answers, order };
}

test("controller: it cuts its host's power, and confirms after that", () => {
  const { b, node, controller, answers, order } = setUp(ms(20));
  expect([controller.node, node.name]).toEqual([node, "bmc b"]);
  order(2, ms(19));
  expect([b.power, answers.length]).toEqual(["on", 0]);
  order(2, ms(30));
  expect(b.power).toBe("off");
  // The second order was answered, too, and did nothing.
  expect(answers.length).toBe(2);
});

test("controller: an order is obeyed once for each term, also across a crash of the controller", () => {
  const { b, node, answers, order } = setUp();
  order(2);
  b.restart();
  node.crash();
  order(2);
  expect(answers.length).toBe(1);
  node.restart();
  order(2);
  expect([b.power, answers.length]).toEqual(["on", 2]);
  order(3);
  expect([b.power, answers.length]).toEqual(["off", 3]);
});

test("controller: it works while its host is off or stands still, and takes no rubbish", () => {
  const { engine, network, a, b, node, answers, order } = setUp();
  network.send(a, node.name, POWER_PORT, new Uint8Array([1, 2, 3]));
  network.send(a, node.name, POWER_PORT, encodePower({ type: "confirmed", machine: "m", term: 9 }));
  engine.run({ until: ms(50) });
  expect([b.power, answers.length]).toEqual(["on", 0]);
  b.pause();
  order(2);
  expect([b.power, answers.length]).toEqual(["off", 1]);
  order(3);
  expect([b.power, answers.length]).toEqual(["off", 2]);
});

test.each([-1, 0.5, 3_600_000_000_001])(
  "controller: %d ns to power off are refused",
  (powerOff) => {
    expect(() => setUp(powerOff)).toThrow(expect.objectContaining({ code: "CONTROLLER_OPTION" }));
  },
);
