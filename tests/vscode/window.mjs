// One window of VS Code as a person sees it: keys go in, what is drawn comes out.
import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

const PATIENCE_MS = 30_000;
export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

export class Window {
  constructor(page, folder) {
    this.page = page;
    this.folder = folder;
  }

  /** Waits for a file's editor and puts the cursor into it. */
  async focus(file) {
    const tab = `.tab.active[data-resource-name="${basename(file)}"]`;
    await this.page.waitForSelector(tab, { timeout: 120_000 });
    await this.page.locator('.editor-instance .view-lines').first().click();
  }

  /** Opens a file of the folder by its name, with the cursor in its editor unless it is no text. */
  async quickOpen(file, { isText = true } = {}) {
    await this.press('Control+p');
    const input = this.page.locator('.quick-input-widget input').first();
    await input.waitFor({ state: 'visible' });
    await input.fill(file);
    await this.page.locator('.quick-input-list .monaco-list-row', { hasText: basename(file) }).first().waitFor();
    await this.press('Enter');
    if (isText) await this.focus(file);
  }

  /** Clicks into an editor, and again until it has the keyboard: while it is being set up a click may be lost. */
  async clickInto(editor) {
    const hasKeyboard = () => editor.evaluate((element) => element.closest('.monaco-editor').contains(document.activeElement));
    const clicked = async () => {
      await editor.click({ timeout: 60_000 });
      return this.until(hasKeyboard, Boolean, 2000);
    };
    if (!(await this.until(clicked))) throw new Error('the editor does not take the keyboard');
  }

  /** Gives the keyboard back to the editor, the cursor where it was. */
  async focusEditor() {
    await this.press('Control+1');
    await this.until(() => this.page.evaluate(() => document.activeElement?.closest('.editor-instance') !== null));
  }

  /** Opens the menu behind our status bar item. */
  async openMenu() {
    await this.page.locator('.statusbar-item[id*="housestyle"] a').first().click();
    await this.page.locator('.quick-input-widget input').first().waitFor({ state: 'visible' });
  }

  /** Waits for a page (Markdown's preview, a report) with a text in it, and returns all its text. */
  async preview(text) {
    // The window is a frame itself; a page is in one of its own.
    const read = async () => {
      const frames = this.page.frames().filter((frame) => frame !== this.page.mainFrame());
      const texts = await Promise.all(
        frames.map((frame) => frame.evaluate(() => document.body?.innerText ?? '').catch(() => '')),
      );
      return texts.find((found) => found.includes(text)) ?? '';
    };
    return this.until(read);
  }

  /** Gives pages in frames of their own the time to be on the screen, of which nothing tells. */
  drawn() {
    return sleep(2000);
  }

  async close() {
    await this.page.close({ runBeforeUnload: false }).catch(() => {});
  }

  type(text, delay = 30) {
    return this.page.keyboard.type(text, { delay });
  }

  async press(...keys) {
    for (const key of keys) await this.page.keyboard.press(key);
  }

  /** Asks again until it holds; returns the last answer. */
  async until(ask, holds = Boolean, patience = PATIENCE_MS) {
    const end = Date.now() + patience;
    for (;;) {
      const answer = await ask();
      if (holds(answer) || Date.now() > end) return answer;
      await sleep(50);
    }
  }

  /** Returns the ghost text as drawn: what stands in the cursor's line, and the lines below it. */
  ghost() {
    return this.page.evaluate(() => {
      const text = (selector) =>
        [...document.querySelectorAll(`.editor-instance ${selector}`)]
          .map((element) => element.textContent)
          .join('\n')
          .replaceAll('\u00a0', ' ');
      const first = text('.view-lines [class*="ghost-text"]').replaceAll('\n', '');
      const below = text('.view-zones .suggest-preview-text .view-line, .view-zones .ghost-text .view-line');
      return below ? `${first}\n${below}` : first;
    });
  }

  waitGhost(text) {
    return this.until(() => this.ghost(), (ghost) => ghost === text);
  }

  /**
   * Types a space, and again until there is ghost text, which it returns: an editor that was opened a moment ago asks for
   * nothing until VS Code has set it up. Each try waits longer, as a busy machine answers later.
   */
  spaceForGhost(ghost = () => this.ghost()) {
    let patience = 1000;
    const tried = async () => {
      await this.type(' ');
      patience *= 2;
      return (await this.until(ghost, Boolean, patience)) || (await this.press('Backspace'));
    };
    return this.until(tried, Boolean, 60_000);
  }

  /** Returns what ghost text there was within a time; empty if there was none. */
  async anyGhost(milliseconds) {
    return this.until(() => this.ghost(), Boolean, milliseconds);
  }

  /** Returns the text of our status bar item. */
  async status() {
    const item = this.page.locator('.statusbar-item[id="housestyle.housestyle.housestyle"], .statusbar-item[id*="housestyle"]').first();
    return (await item.count()) > 0 ? (await item.innerText()).trim() : '';
  }

  /** Returns what it tells on hovering, which screen readers get too. */
  async statusTooltip() {
    const item = this.page.locator('.statusbar-item[id*="housestyle"] a').first();
    return (await item.count()) > 0 ? ((await item.getAttribute('aria-label')) ?? '') : '';
  }

  waitTooltip(text, patience) {
    return this.until(() => this.statusTooltip(), (tooltip) => tooltip.includes(text), patience);
  }

  /** The client is connected and the model there. VS Code does not ask again when a provider appears. */
  async waitForModel() {
    const tooltip = await this.waitTooltip('Model ', 120_000);
    if (!tooltip.includes('Model ')) throw new Error(`not ready: ${tooltip}`);
    return this;
  }

  /** Runs a command by its title, from the palette. */
  async command(title) {
    await this.press('F1');
    await this.page.locator('.quick-input-widget input').first().waitFor({ state: 'visible' });
    await this.page.locator('.quick-input-widget input').first().fill(`>${title}`);
    const row = this.page.locator('.quick-input-list .monaco-list-row', { hasText: title }).first();
    await row.waitFor({ timeout: PATIENCE_MS });
    await row.click();
  }

  /** Chooses a line of an open menu. */
  async pick(text) {
    const row = this.page.locator('.quick-input-list .monaco-list-row', { hasText: text }).first();
    await row.waitFor({ timeout: PATIENCE_MS });
    await row.click();
  }

  /** Returns the lines of an open menu. */
  async menu() {
    await this.page.locator('.quick-input-list .monaco-list-row').first().waitFor({ timeout: PATIENCE_MS });
    return this.page.locator('.quick-input-list .monaco-list-row').allInnerTexts();
  }

  /** Waits for a notification and returns it, to be read and clicked. */
  async notification(text, patience = PATIENCE_MS) {
    const toast = this.page.locator('.notification-toast', { hasText: text }).first();
    await toast.waitFor({ timeout: patience });
    return toast;
  }

  /** Saves, and waits until the file on the disk is as wanted; returns what it is. */
  async save(file, wanted) {
    const path = join(this.folder, file);
    await this.press('Control+s');
    return this.until(() => (existsSync(path) ? readFileSync(path, 'utf8') : ''), (text) => text === wanted, 10_000);
  }

  shot(path) {
    return this.page.screenshot({ path });
  }
}
