// Takes a picture of every page, light and dark, wide and narrow, into a folder: look.mjs FOLDER PATH...
export default async function ({ open, login, url, rest }) {
  const [folder, ...paths] = rest;
  for (const scheme of ["light", "dark"]) {
    for (const width of [1280, 390]) {
      const { context, page, errors } = await open({ colorScheme: scheme, viewport: { width, height: 900 } });
      for (const path of paths) {
        if (path !== "/login" && !(await context.cookies()).length) await login(page);
        await page.goto(url + path);
        await page.waitForTimeout(150);
        const file = `${folder}/${path.replace(/[^a-z0-9]+/gi, "_").replace(/^_|_$/g, "") || "inbox"}-${scheme}-${width}.png`;
        await page.screenshot({ path: file, fullPage: true, animations: "disabled" });
        const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        if (wide > 0) console.log(`${path} ${scheme} ${width}: wider than the screen by ${wide}`);
      }
      for (const error of errors) console.log(`error: ${error}`);
      await context.close();
    }
  }
}
