import { setMaxListeners } from "node:events";
import fc from "fast-check";
import { vi } from "vitest";

// Every effect of every view ends with its signal; Node takes more than ten for a leak.
setMaxListeners(200);

// What passes once passes everywhere: the examples are the same in every run, unless one looks for new ones.
fc.configureGlobal({ seed: Number(process.env.FAST_CHECK_SEED ?? 1) });

// A machine that is busy with everything else may take its time.
const { waitFor } = vi;
vi.waitFor = (callback, options = 60_000) => waitFor(callback, options);
