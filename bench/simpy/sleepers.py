# The work of bench/sim.ts in SimPy: usage: sleepers.py PROCESSES PASSES; prints one line of JSON.
import json
import sys
import time

import simpy


def sleeper(env, number, passes):
    state = number
    for _ in range(passes):
        state = (state * 1103515245 + 12345) & 0x7FFFFFFF
        yield env.timeout(1 + (state >> 8) % 1000000)


processes, passes = int(sys.argv[1]), int(sys.argv[2])
env = simpy.Environment()
for number in range(1, processes + 1):
    env.process(sleeper(env, number, passes))
started = time.perf_counter()
env.run()
print(json.dumps({"seconds": time.perf_counter() - started, "now": env.now}))
