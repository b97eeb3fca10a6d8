// `standin run sqlite`: a bank in SQLite on a protected pair, and a client that moves money for two seconds.
import { ms, pairScenario, type Scenario, seconds } from "standin";
import { loadSqlite } from "./sqlite.ts";

async function loadScenario(): Promise<Scenario> {
  const sqlite = await loadSqlite();
  return pairScenario({
    name: "sqlite",
    description: "a bank in SQLite (sql.js), 600 deposits and transfers by one client",
    until: seconds(2),
    image: ({ executeRetries = false }, _machine, _random, { track }) =>
      sqlite({ executeRetries, instrument: track === "instrumented" }),
    clients: [{ requests: 600, think: ms(3) }],
  });
}

/** The scenario, once SQLite is loaded. */
const scenario: Promise<Scenario> = loadScenario();

export default scenario;
