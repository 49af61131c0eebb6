// The answer in the making: survives a reload or a crash in this tab, is forgotten once saved.

export class Draft {
  constructor(token) {
    this.key = `draft-${token}`;
    this.over = false;
    this.content = this.read();
  }

  read() {
    try {
      return JSON.parse(sessionStorage.getItem(this.key)) ?? {};
    } catch {
      return {};
    }
  }

  get answers() {
    return this.content.answers ?? {};
  }

  // When the pictures were first shown (ms since 1970), so that a reload does not stop the clock.
  startedAt() {
    if (!this.content.startedAt) this.keep({ startedAt: Date.now() });
    return this.content.startedAt;
  }

  keep(part) {
    this.content = { ...this.content, ...part };
    if (this.over) return;
    try {
      sessionStorage.setItem(this.key, JSON.stringify(this.content));
    } catch {
      // storage is full or forbidden: the form itself still holds the answer
    }
  }

  forget() {
    this.over = true; // leaving the page is no news of it
    try {
      sessionStorage.removeItem(this.key);
    } catch {
      // as above
    }
  }
}
