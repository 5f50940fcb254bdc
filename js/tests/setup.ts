import { setMaxListeners } from "node:events";

// Every effect of every view ends with its signal; Node takes more than ten for a leak.
setMaxListeners(200);
