// Everything that matters works without script: plain.mjs PATH...
export default async function ({ open, login, assert, url, rest }) {
  const { page } = await open({ javaScriptEnabled: false });
  await login(page);
  for (const path of rest) {
    const answer = await page.goto(url + path);
    assert(answer.ok() && (await page.locator("h1").count()) === 1, `${path} cannot be read`);
  }
  await page.goto(`${url}/`);
  await page.locator("#inbox input[name=id]").first().check();
  await page.click("button[value=acknowledge]");
  await page.locator("#done").waitFor();
  await page.click("#undo");
  await page.waitForLoadState();
  assert((await page.locator("#done").count()) === 0, "it was not taken back");
}
