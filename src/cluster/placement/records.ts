/** What a coordinator of machines and the agents of its hosts write to the trace. */
export type PlacementRecord =
  | {
      /** A host comes under management. */
      readonly kind: "coordinator.host";
      readonly host: string;
      /** What fails together with it: a host of another domain survives. */
      readonly domain: string;
      readonly memoryBytes: number;
    }
  | { readonly kind: "coordinator.started"; readonly host: string }
  | {
      readonly kind: "coordinator.order";
      /** Who is to carry it out. */
      readonly host: string;
      readonly machine: string;
      readonly order: string;
      readonly term: number;
      /** The other host that it is about, if there is one. */
      readonly peer: string;
    }
  | {
      /** The coordinator finds no host for a second copy; told once until that changes. */
      readonly kind: "placement.none";
      readonly machine: string;
      readonly host: string;
    }
  | {
      /** A new machine is about to be booted on two hosts; told of each. */
      readonly kind: "machine.placed";
      readonly machine: string;
      readonly host: string;
      readonly memoryBytes: number;
    }
  | {
      /** A host has booted a machine to stand by. */
      readonly kind: "stand-by.booted";
      readonly machine: string;
      readonly host: string;
      readonly term: number;
      readonly primary: string;
      readonly memoryBytes: number;
    }
  | { readonly kind: "maintenance.started"; readonly host: string }
  | { readonly kind: "maintenance.ended"; readonly host: string }
  | { readonly kind: "host.evacuated"; readonly host: string };
