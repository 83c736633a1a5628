// Alerts are triaged by keys alone: j, x, e, s, c, u, o and ?.
export default async function ({ open, login, assert, url }) {
  const { page, errors } = await open();
  await login(page);
  await page.goto(`${url}/`);
  const count = async (view) => Number((await page.locator(".tabs a", { hasText: view }).locator(".n").innerText()).replace(/\D/g, ""));
  const before = await count("New");
  assert(before >= 48, `the test needs 48 alerts, there are ${before}`);
  let handled = 0;
  while (handled + 3 <= Math.min(before, 48)) {
    await page.keyboard.press("j");
    await page.keyboard.press("e");
    await page.locator("#done").waitFor();
    await page.keyboard.press("j");
    await page.keyboard.press("s");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await page.locator("#done", { hasText: "snoozed" }).waitFor();
    await page.keyboard.press("j");
    await page.keyboard.press("x");
    await page.keyboard.press("c");
    await page.keyboard.press("Tab");
    await page.keyboard.type("known");
    await page.keyboard.press("Enter");
    await page.locator("#done", { hasText: "closed" }).waitFor();
    handled += 3;
  }
  assert((await count("New")) === before - handled, `${handled} were handled, and ${await count("New")} of ${before} are left`);
  await page.keyboard.press("u");
  await page.waitForLoadState();
  await page.locator("#done").waitFor({ state: "detached" });
  assert((await count("New")) === before - handled + 1, "the last was not taken back");
  await page.keyboard.press("?");
  assert(await page.locator("#keys").isVisible(), "the keys are not shown");
  await page.keyboard.press("Escape");
  await page.keyboard.press("j");
  await page.keyboard.press("o");
  await page.waitForURL("**/alerts/*");
  assert(errors.length === 0, `errors: ${errors}`);
}
