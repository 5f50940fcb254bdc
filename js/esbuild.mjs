// Builds what goes into the Python package (a module and a style sheet for the widget, and for exported files), or the
// page for developers.
import { build, context } from "esbuild";

const shared = {
  bundle: true,
  format: "esm",
  target: "es2022",
  charset: "utf8",
  logLevel: "info",
  legalComments: "eof",
};

if (process.argv.includes("--dev-page")) {
  const page = await context({
    ...shared,
    entryPoints: ["src/host/dev.ts", "src/host/dev.css", "src/styles.css", "src/host/index.html"],
    entryNames: "[name]",
    loader: { ".html": "copy" },
    outdir: "dev-page",
    sourcemap: true,
  });
  if (process.argv.includes("--once")) {
    await page.rebuild();
    await page.dispose();
  } else {
    await page.watch();
    await page.serve({ servedir: "dev-page", host: "127.0.0.1", port: 8123 });
  }
} else {
  await build({
    ...shared,
    entryPoints: [
      { in: "src/widget.ts", out: "widget" },
      { in: "src/styles.css", out: "widget" },
      { in: "src/host/standalone.ts", out: "standalone" },
      { in: "src/host/standalone.css", out: "standalone" },
      { in: "src/comparison/comparison.ts", out: "comparison" },
      { in: "src/comparison/comparison.css", out: "comparison" },
    ],
    minify: true,
    outdir: "../imgclust_jupyter/static",
  });
}
