// Drives Debian's Chromium over the pages of a service. Called by `tests/it/web.rs`:
//   node browser.mjs TOOLS URL NAME PASSWORD STEP [ARGUMENTS]
// TOOLS is the folder with node_modules. Each step is in a file of its own below `steps/`; one that fails ends with a message and status 1.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import path from "node:path";
import process from "node:process";

const [tools, url, name, password, step, ...rest] = process.argv.slice(2);
const require = createRequire(path.join(path.resolve(tools), "here.js"));
const { chromium } = require("playwright-core");
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM || "/usr/bin/chromium", args: ["--no-sandbox"] });

/// A window of its own. What is asked of another origin, and every error of a page, is kept.
async function open(options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, bypassCSP: false, ...options });
  const foreign = [], errors = [];
  const page = await context.newPage();
  page.on("request", (request) => { if (!request.url().startsWith(url) && !request.url().startsWith("data:")) foreign.push(request.url()); });
  page.on("pageerror", (error) => errors.push(String(error)));
  page.on("console", (message) => { if (message.type() === "error" && !/status of (4|5)\d\d/.test(message.text())) errors.push(message.text()); });
  page.setDefaultTimeout(20_000);
  return { context, page, foreign, errors };
}

async function login(page) {
  await page.goto(`${url}/login`);
  await page.fill("input[name=name]", name);
  await page.fill("input[name=password]", password);
  await Promise.all([page.waitForURL((to) => !to.pathname.endsWith("/login")), page.click("button.main")]);
}

/// The rules of accessibility that a page breaks. The policy of the page forbids scripts of others, so the rules are run past it.
async function violations(page) {
  await page.evaluate(axe);
  const found = await page.evaluate(() => globalThis.axe.run({ resultTypes: ["violations"] }));
  return found.violations.map((one) => `${one.id}: ${one.help}: ${one.nodes.map((node) => node.html.slice(0, 160)).slice(0, 3).join(" | ")}`);
}

function assert(holds, text) {
  if (!holds) throw new Error(text);
}

try {
  const { default: run } = await import(`./steps/${step}.mjs`);
  await run({ open, login, violations, assert, url, rest });
  console.log(`${step}: done`);
} catch (error) {
  console.error(`${step}: ${error.stack || error}`);
  process.exitCode = 1;
} finally {
  await browser.close();
}
