// A scan is started, watched while it runs, and leads to its alerts.
export default async function ({ open, login, assert, url }) {
  const { page, errors } = await open();
  await login(page);
  await page.goto(`${url}/scan`);
  await page.selectOption("select[name=since]", "7 days");
  await page.click("button.main");
  await page.waitForURL("**/jobs/*");
  await page.locator(".head .pill.good", { hasText: "done" }).waitFor();
  assert(/alerts/.test(await page.locator("main .facts").first().innerText()), "it does not say how many alerts");
  await page.goto(`${url}/scan`);
  assert((await page.locator("tbody tr").count()) >= 1, "the job is not listed");
  assert(errors.length === 0, `errors: ${errors}`);
}
