import { fileURLToPath } from "node:url";

// From build/examples/linux/ as from examples/linux/: the project's folder is above.
const IS_BUILT = import.meta.url.includes("/build/examples/");

/** Where `npm run build:linux` puts the kernel. */
export const LINUX_IMAGE_PATH: string = fileURLToPath(
  new URL(IS_BUILT ? "../../linux/Image" : "../../build/linux/Image", import.meta.url),
);
