// node shoot.mjs CHROMIUM PAGE FILE...: draws each FILE as a PNG beside it: a page.html as it is, a dashboard's data.json by
// PAGE, which is bundled.
import { build } from 'esbuild';
import { chromium } from 'playwright-core';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import UPNG from 'upng-js';

const [executablePath, page, ...files] = process.argv.slice(2);
const modules = path.resolve('node_modules');
const { outputFiles } = await build({
  entryPoints: [page], bundle: true, format: 'esm', write: false, nodePaths: [modules], jsx: 'automatic', minify: true,
  loader: { '.svg': 'text', '.png': 'dataurl', '.woff2': 'dataurl', '.woff': 'empty', '.ttf': 'empty' }, define: { 'process.env.NODE_ENV': '"production"', global: 'globalThis' },
  logLevel: 'error', platform: 'browser', outdir: 'out', mainFields: ['module', 'browser', 'main'],
});
const script = outputFiles.find((file) => file.path.endsWith('.js')).text;
const style = outputFiles.filter((file) => file.path.endsWith('.css')).map((file) => file.text).join('');
const write = (file, shot) => {
  const { width, height, ...drawn } = UPNG.decode(shot);
  const pixels = UPNG.toRGBA8({ width, height, ...drawn });
  writeFileSync(file.replace(/\.\w+$/, '.png'), Buffer.from(UPNG.encode(pixels, width, height, 96)));
};
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
for (const file of files.filter((name) => name.endsWith('.html'))) {
  const view = await browser.newPage({ viewport: { width: 1040, height: 1000 }, deviceScaleFactor: 0.8 });
  await view.goto(pathToFileURL(file).href);
  write(file, await view.screenshot({ fullPage: true }));
  await view.close();
}
for (const file of files.filter((name) => name.endsWith('.json'))) {
  const view = await browser.newPage({ viewport: { width: 1616, height: 2600 }, deviceScaleFactor: 0.8 });
  view.on('pageerror', (error) => console.error(file, error.message.slice(0, 400)));
  await view.route('**/*', (route) => route.request().url().startsWith('http://page.local/') && !route.request().url().endsWith('.svg')
    ? route.fulfill({ contentType: 'text/html', body: '<!doctype html><html><body><div id="root"></div></body></html>' }) : route.abort());
  await view.goto('http://page.local/');
  await view.addStyleTag({ content: `${style} html { box-sizing: border-box }` });
  await view.evaluate(() => Promise.all(['12px', '500 12px'].map((size) => document.fonts.load(`${size} Inter`))));
  await view.evaluate((shown) => { window.shown = shown; }, JSON.parse(readFileSync(file, 'utf8')));
  await view.addScriptTag({ content: script, type: 'module' });
  await view.waitForSelector('#whole');
  await view.waitForTimeout(2500);
  write(file, await (await view.$('#whole')).screenshot());
  await view.close();
}
await browser.close();
