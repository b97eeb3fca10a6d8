import { expect, test } from "vitest";
import { Network } from "../../src/host/network.ts";
import { modern } from "../../src/host/profiles/modern.ts";
import { remus2008 } from "../../src/host/profiles/remus2008.ts";
import { Engine } from "../../src/sim/engine.ts";
import { us } from "../../src/sim/time.ts";
import { bytesOf, twoHosts } from "./rig.ts";

function code(name: string): unknown {
  return expect.objectContaining({ code: name });
}

test("network: hosts are found by name, with the profile they were given", () => {
  const network = new Network(new Engine({ seed: 1 }));
  const a = network.addHost("a");
  const b = network.addHost("b", { profile: remus2008 });
  expect(network.host("b")).toBe(b);
  expect(network.hosts).toEqual([a, b]);
  expect([a.profile, b.profile]).toEqual([modern, remus2008]);
  expect(() => network.host("c")).toThrow(code("NO_SUCH_HOST"));
  expect(() => network.host("c")).toThrow('expected one of a, b, got "c"');
  expect(() => network.addHost("a")).toThrow(code("HOST_EXISTS"));
});

test("network: a link is found from both ends, by host or name", () => {
  const { network, a, b, link } = twoHosts();
  expect([network.link(a, b), network.link("b", "a"), network.link("a", b)]).toEqual([
    link,
    link,
    link,
  ]);
  expect(network.links).toEqual([link]);
  const c = network.addHost("c");
  expect(() => network.link(a, c)).toThrow(code("NO_SUCH_LINK"));
  expect(() => network.send(a, "c", "p", bytesOf("x"))).toThrow(code("NO_SUCH_LINK"));
  expect(() => network.link(a, "nobody")).toThrow(code("NO_SUCH_LINK"));
});

test("network: two hosts are connected once, and a host not with itself", () => {
  const { network, a, b } = twoHosts();
  expect(() => network.connect(b, a)).toThrow(code("LINK_EXISTS"));
  expect(() => network.connect(a, "a")).toThrow(code("LINK_LOOP"));
});

test("network: a link has the speed of the first host's profile unless told otherwise", () => {
  const network = new Network(new Engine({ seed: 1 }));
  network.addHost("old", { profile: remus2008 });
  network.addHost("new");
  const link = network.connect("old", "new", { latency: us(7) });
  expect(link.from("new").settings).toMatchObject({
    latency: us(7),
    bandwidth: remus2008.link.bandwidthBitsPerSecond,
  });
});

test("network: partitions between two hosts, one way and both ways", () => {
  const { network, link } = twoHosts();
  const isCut = (): boolean[] => link.wires.map((wire) => wire.isCut);
  network.partition("b", "a", { oneWay: true });
  expect(isCut()).toEqual([false, true]);
  network.partition("a", "b");
  expect(isCut()).toEqual([true, true]);
  network.heal("a", "b", { oneWay: true });
  expect(isCut()).toEqual([false, true]);
  network.heal("a", "b");
  expect(isCut()).toEqual([false, false]);
});

test("network: same seed, same run; another seed, another", () => {
  const run = (seed: number): string => {
    const { engine, network, a, b } = twoHosts({ loss: 0.5, jitter: us(10) }, seed);
    b.open("p");
    for (let i = 0; i < 50; i += 1) {
      engine.at(us(i), () => network.send(a, "b", "p", bytesOf("x")));
    }
    engine.run();
    return engine.trace.hash();
  };
  expect(run(1)).toBe(run(1));
  expect(run(1)).not.toBe(run(2));
});

test("network: numbers of connections are never given twice", () => {
  const network = new Network(new Engine({ seed: 1 }));
  expect([network.nextConnection(), network.nextConnection()]).toEqual([1, 2]);
});

test("network: hosts of a mesh get a link when it is first asked for, the same one from both ends", () => {
  const network = new Network(new Engine({ seed: 1 }));
  const [a, b, c, d] = ["a", "b", "c", "d"].map((name) => network.addHost(name));
  network.mesh([a!, b!, c!], { latency: us(7) });
  expect(network.links).toHaveLength(0);
  expect(network.linked("a", "c")).toBe(true);
  expect(network.linked("a", "d")).toBe(false);
  expect(network.linked("a", "a")).toBe(false);
  expect(network.links).toHaveLength(0);
  const link = network.link("c", "a");
  expect([link.a, link.b]).toEqual([a, c]);
  expect(network.link("a", "c")).toBe(link);
  expect(network.links).toHaveLength(1);
  expect(() => network.connect("b", "a")).toThrow("expected hosts without a link, got b and a");
  expect(() => network.mesh([d!, b!])).toThrow("expected hosts that are in none, got b");
  expect(() => network.mesh([d!], { loss: 2 })).toThrow("loss");
  expect(() => network.link("a", "d")).toThrow('got "a" and "d"');
});
