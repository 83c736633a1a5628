// A person's whole way by mouse: log in, filter, open, snooze, close with a verdict, undo, close many, allow with a preview, log out.
export default async function ({ open, login, assert, url }) {
  const { page, foreign, errors } = await open();
  await page.goto(`${url}/?q=severity:low..critical`);
  assert(page.url().includes("/login?next="), `not sent to the login: ${page.url()}`);
  await login(page);
  await page.goto(`${url}/`);
  const count = async (view) => Number((await page.locator(".tabs a", { hasText: view }).locator(".n").innerText()).replace(/\D/g, ""));
  const before = await count("New");
  assert(before >= 6, `the test needs six alerts, there are ${before}`);

  // A query that is wrong says why; one that is right narrows the list.
  await page.fill("#q", "rule:nonsense");
  await page.press("#q", "Enter");
  assert((await page.locator("#q-error").innerText()).includes("nonsense"), "the error does not name the value");
  await page.fill("#q", "src:192.0.2.0/24");
  await page.press("#q", "Enter");
  assert((await page.locator("#inbox tbody tr").count()) >= 1, "the filter finds nothing");
  assert(page.url().includes("q=src"), "the filter is not in the address");

  // Open one, snooze it, take that back.
  await page.locator("#inbox tbody tr th a").first().click();
  const alert = page.url();
  await page.locator("#snooze summary").click();
  await page.locator("#snooze button").click();
  await page.locator("#done").waitFor();
  assert((await page.locator(".head .tag").innerText()) === "snoozed", "it is not snoozed");
  await page.click("#undo");
  await page.waitForURL(alert + "**");
  assert((await page.locator(".head .tag").innerText()) === "new", "the snooze was not taken back");

  // Close it with a verdict and a reason; without one it is not closed.
  await page.locator("#close summary").click();
  await page.locator("#close button").click();
  assert((await page.content()).includes("why: it is empty"), "it was closed without a reason");
  await page.goto(alert);
  await page.locator("#close summary").click();
  await page.selectOption("#close select", "true_positive");
  await page.fill("#close input", "<script>seen it</script>");
  await page.locator("#close button").click();
  await page.locator("#done").waitFor();
  assert((await page.locator(".history").innerText()).includes("<script>seen it</script>"), "the reason is not in the history");

  // Close several of the list at once, then take it back.
  await page.goto(`${url}/`);
  assert((await count("Closed")) === 1, "the closed one is not counted");
  const boxes = page.locator("#inbox input[name=id]");
  for (let place = 0; place < 3; place += 1) await boxes.nth(place).check();
  await page.locator("#close summary").click();
  await page.fill("#close input", "our own scanner");
  await page.locator("#close button").click();
  await page.locator("#done").waitFor();
  assert((await page.locator("#done").innerText()).includes("3 alerts"), "it does not say how many");
  assert((await count("Closed")) === 4, "three were not closed");
  await page.click("#undo");
  await page.waitForLoadState();
  assert((await count("Closed")) === 1, "they are not open again");

  // An entry of the allowlist: what it would do, then it is made.
  await page.goto(`${url}/allowlist`);
  await page.fill("input[name=network]", "192.0.2.40");
  await page.click("button[name=preview]");
  assert(/It fits 1 new alert/.test(await page.locator("#effect").innerText()), "the preview does not say how many");
  await page.fill("input[name=reason]", "a test network");
  await page.click("button.main");
  assert((await page.content()).includes("a test network"), "the entry is not listed");

  await page.click("text=Dark");
  assert((await page.locator("html").getAttribute("data-theme")) === "dark", "it is not dark");
  await page.click("text=Log out");
  await page.goto(`${url}/`);
  assert(page.url().includes("/login"), "still logged in");
  assert(foreign.length === 0, `another origin is asked: ${foreign}`);
  assert(errors.length === 0, `errors: ${errors}`);
}
