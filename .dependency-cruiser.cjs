// The layers come from the list that the tidy test reads too.
const { layers, outside, packages } = require("./test/tidy/layers.json");

const PACKAGES = ["npm", "npm-dev", "npm-peer", "npm-optional", "npm-no-pkg"];

const pathOf = (layer) => (layer === "." ? "^src/[^/]+$" : `^src/${layer}/`);

// each folder that speaks to an optional peer may import that one
const peerRules = Object.entries(packages).map(([layer, names]) => ({
  name: `peers-of-${layer}`,
  severity: "error",
  from: { path: pathOf(layer) },
  to: { dependencyTypes: PACKAGES, pathNot: names.map((name) => `node_modules/${name}/`) },
}));

const layerRules = layers.map((layer, index) => ({
  name: `layer-${layer === "." ? "src" : layer}`,
  comment: "a layer imports only from itself and from those before it in layers.json",
  severity: "error",
  from: { path: pathOf(layer) },
  to: { path: "^src/", pathNot: layers.slice(0, index + 1).map(pathOf) },
}));

/** @type {import("dependency-cruiser").IConfiguration} */
module.exports = {
  forbidden: [
    ...layerRules,
    ...peerRules,
    { name: "no-circular", severity: "error", from: {}, to: { circular: true } },
    {
      name: "listed-layer",
      comment: "every folder of src/ stands in layers.json",
      severity: "error",
      from: { path: "^src/", pathNot: layers.map(pathOf) },
      to: {},
    },
    {
      name: "no-node-builtins",
      severity: "error",
      from: { path: "^src/", pathNot: outside.map(pathOf) },
      to: { dependencyTypes: ["core"] },
    },
    {
      name: "no-packages",
      comment: "the library has no dependencies",
      severity: "error",
      from: { path: "^src/", pathNot: Object.keys(packages).map(pathOf) },
      to: { dependencyTypes: PACKAGES },
    },
    { name: "resolvable", severity: "error", from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    doNotFollow: { path: "node_modules" },
    enhancedResolveOptions: {
      extensions: [".ts", ".js"],
      exportsFields: ["exports"],
      conditionNames: ["import", "default"],
    },
  },
};
